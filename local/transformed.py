"""Prints the template as CloudFormation gets it, after the SAM transform: the raw one hides faults from cfn-lint."""

import json

from boto3.session import Session
from cfnlint.decode import cfn_yaml
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

from local.place import ROOT

_PLACEHOLDER = "s3://placeholder/code.zip"


def main() -> None:
    template = json.loads(json.dumps(cfn_yaml.load(str(ROOT / "template.yaml"))))
    for resource in template["Resources"].values():
        properties = resource.get("Properties", {})
        for name in ("CodeUri", "ContentUri"):
            if name in properties:
                properties[name] = _PLACEHOLDER
    # No managed policies: every role is written out in the template.
    translator = Translator({}, Parser(), boto_session=Session(region_name="us-east-1"))
    print(json.dumps(translator.translate(template, {}), indent=2))


if __name__ == "__main__":
    main()
