"""Where Postfix's programs are: often not on the path of whoever is not root."""

import os
import shutil


def which(program: str) -> str | None:
    return shutil.which(program, path=places())


def places() -> str:
    return f"{os.environ.get('PATH', os.defpath)}:/usr/sbin"
