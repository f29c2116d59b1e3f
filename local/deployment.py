"""Builds the real template and deploys it to the local AWS, with SAM as on AWS."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3

from local.place import LOOPBACK, ROOT, TOOLS, Place, architecture, aws_environment, runtime
from local.trouble import Trouble

STACK_NAME = "postroom-local"
_STAGE = "local"
_ARTIFACTS = "postroom-artifacts"
_LAST_WORDS = 2000
_NO_LIMIT = "1000000"
_CLIENT_ID = "postroom-client"


class Deployment:
    def __init__(self, place: Place, trusted_certificates: Path) -> None:
        self._place = place
        self._trusted_certificates = trusted_certificates
        self._build = place.state / "build"

    def build(self) -> None:
        binaries = Path(sys.executable).parent
        self._sam(
            ["build", "--template-file", ROOT / "template.yaml", "--build-dir", self._build],
            # With all of ours, as there is the way to the package index.
            {
                **os.environ,
                "WHEELS": "here",
                "RUNTIME": runtime(),
                "PYTHON": sys.executable,
                "UV": str(binaries / "uv"),
            },
        )

    def deploy(self) -> Mapping[str, str]:
        """The outputs of the stack."""
        client("s3", self._place).create_bucket(Bucket=_ARTIFACTS)
        parameters = {
            "Stage": _STAGE,
            "LocalMode": "true",
            "Runtime": runtime(),
            "Architecture": architecture(),
            "TrustedCertificates": str(self._trusted_certificates),
            "PublicUrl": self._place.api_url,
            # Whoever measures here is not to be held up; a tenant may still be given a limit.
            "RequestsPerMinutePerTenant": _NO_LIMIT,
            "RequestsPerMinutePerKey": _NO_LIMIT,
        }
        if self._place.authorization_port is not None:
            server = f"http://{LOOPBACK}:{self._place.authorization_port}"
            parameters |= {"OAuth2LocalServer": server, "GoogleClientId": _CLIENT_ID, "MicrosoftClientId": _CLIENT_ID}
        self._sam(
            [
                *("deploy", "--template-file", self._build / "template.yaml", "--stack-name", STACK_NAME),
                *("--s3-bucket", _ARTIFACTS, "--capabilities", "CAPABILITY_IAM"),
                *("--no-confirm-changeset", "--no-fail-on-empty-changeset", "--no-progressbar"),
                *("--parameter-overrides", *(f"{name}={value}" for name, value in parameters.items())),
            ],
            {},
        )
        outputs = self._outputs()
        self._finish(outputs)
        return outputs

    def _finish(self, outputs: Mapping[str, str]) -> None:
        # The emulator drops the template's TimeToLiveSpecification.
        for table in ("MessagesTable", "AccountsTable", "DirectoryTable", "NotificationsTable"):
            client("dynamodb", self._place).update_time_to_live(
                TableName=outputs[table], TimeToLiveSpecification={"Enabled": True, "AttributeName": "ttl"}
            )

    def _outputs(self) -> Mapping[str, str]:
        stack = client("cloudformation", self._place).describe_stacks(StackName=STACK_NAME)["Stacks"][0]
        return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}

    def _sam(self, arguments: list[str | Path], environment: Mapping[str, str]) -> None:
        done = subprocess.run(
            [TOOLS / "sam", *arguments],
            env={**environment, **aws_environment(self._place)},
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        (self._place.state / f"sam-{arguments[0]}.log").write_text(done.stdout)
        if done.returncode:
            raise Trouble(f"sam {arguments[0]} failed:\n{done.stdout[-_LAST_WORDS:]}")


def client(service: str, place: Place) -> Any:  # noqa: ANN401 - a boto3 client of any service
    return boto3.client(
        service,
        endpoint_url=place.endpoint,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106 - the emulator takes any
    )
