"""``make platform-key``: makes a platform key for a deployed stack and shows it, this once."""

import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import boto3

from local.place import SOURCES
from local.trouble import Trouble


def make_platform_key(
    functions: Any,  # noqa: ANN401 - a boto3 client
    function_name: str,
    environ: Mapping[str, str],
    *options: str,
) -> str:
    """Runs the package's own command with the settings that the deployed function has."""
    settings = functions.get_function_configuration(FunctionName=function_name)["Environment"]["Variables"]
    done = subprocess.run(
        [sys.executable, "-m", "postroom.tenancy.first_key", *options],
        env={**settings, **environ, "PYTHONPATH": str(SOURCES)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Trouble(done.stderr)
    return done.stdout.split()[-1]


def main(stack_name: str, *options: str) -> None:
    stack = boto3.client("cloudformation").describe_stacks(StackName=stack_name)["Stacks"][0]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    try:
        key = make_platform_key(boto3.client("lambda"), outputs["ApiFunction"], os.environ, *options)
    except Trouble as error:
        sys.exit(str(error))
    print(f"The platform key, shown only now:\n\n  {key}\n\nIt makes tenants at {outputs['ApiUrl']}/v1/tenants")


if __name__ == "__main__":
    main(*sys.argv[1:])
