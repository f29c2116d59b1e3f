#!/bin/sh
# Makes a virtual environment: environment.sh <python> <directory> <requirements file>
# uv is ten times as fast as pip, but reads none of pip's configuration: where the package index is only known to pip,
# pip does the work.
set -eu
python=$1 directory=$2 requirements=$3

"$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null || {
    echo "Postroom needs Python 3.11 to 3.14, and '$python' is not one. Name another: make PYTHON=python3.13 ..." >&2
    exit 1
}
export PIP_DISABLE_PIP_VERSION_CHECK=1 VIRTUAL_ENV="$directory"
rm -rf "$directory"
"$python" -m venv "$directory" || {
    echo "'$python' cannot make virtual environments; on Debian and Ubuntu: apt install python3-venv" >&2
    exit 1
}
if "$directory/bin/pip" install --quiet uv 2>/dev/null \
    && "$directory/bin/uv" pip install --quiet --python "$directory/bin/python" -r "$requirements" 2>/dev/null; then
    exit 0
fi
exec "$directory/bin/pip" install --quiet -r "$requirements"
