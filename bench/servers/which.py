"""Where Postfix's programs are: often not on the path of whoever is not root."""

import os
import shutil

PLACES = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin"


def which(program: str) -> str | None:
    return shutil.which(program, path=PLACES)
