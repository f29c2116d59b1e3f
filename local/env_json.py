"""``make local/env.json``: the settings of the running local stack, for ``sam local invoke --env-vars``."""

import json
import sys

from local import running
from local.deployment import STACK_NAME, client
from local.place import ROOT


def main() -> None:
    found = running.recall()
    if found is None:
        sys.exit("The local stack is not running; start it with: make local")
    function = client("lambda", found.place).get_function_configuration(FunctionName=f"{STACK_NAME}-api")
    variables = function["Environment"]["Variables"] | {"AWS_ENDPOINT_URL": found.place.endpoint}
    # The file is about this machine; inside a container it does not exist.
    variables.pop("SSL_CERT_FILE", None)
    (ROOT / "local/env.json").write_text(json.dumps({"Parameters": variables}, indent=2) + "\n")


if __name__ == "__main__":
    main()
