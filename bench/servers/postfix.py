"""A Postfix of our own, with its configuration, queue and log in a temporary directory; it discards what it takes."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.processes import serving
from bench.servers.which import which
from local.place import LOOPBACK, free_port

_OWNER = "postfix"
_MOST_SECONDS = "600"
# Debian's list, without what delivers elsewhere and without the jail.
_SERVICES = """\
{address}:{full} inet n - n - - smtpd
{address}:{reduced} inet n - n - - smtpd
    -o smtpd_discard_ehlo_keywords=chunking,silent-discard
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""
_SETTINGS = """\
compatibility_level = 3.6
queue_directory = {home}/queue
data_directory = {home}/data
maillog_file = {home}/log
maillog_file_prefixes = {home}
inet_interfaces = {address}
inet_protocols = ipv4
myhostname = mail.example.test
mydestination =
mynetworks = 127.0.0.0/8
relay_domains =
default_transport = discard:
local_transport = discard:
relay_transport = discard:
alias_maps =
disable_dns_lookups = yes
smtpd_discard_ehlo_keywords =
"""


@dataclass(frozen=True)
class Postfix:
    """Two ports of one server: one offers all it can, the other all but CHUNKING."""

    version: str
    with_chunking: int
    without_chunking: int


def why_no_postfix() -> str | None:
    """None where one can be started."""
    if which("postconf") is None:
        return "no Postfix here"
    return "Postfix is started by root only" if os.geteuid() != 0 else None


@contextmanager
def running_postfix() -> Iterator[Postfix]:
    """Only where ``why_no_postfix`` says None. Raises Trouble when it does not come up."""
    # Not in the tree: Postfix's own user must be able to reach it, and the paths of its sockets must be short.
    with tempfile.TemporaryDirectory(prefix="postfix-") as directory:
        home = Path(directory)
        server = Postfix(_asked("mail_version"), free_port(), free_port())
        _write_configuration(home, server)
        subprocess.run([which("postfix") or "postfix", "-c", home, "check"], check=True, capture_output=True)
        master = [f"{_asked('daemon_directory')}/master", "-c", str(home), "-e", _MOST_SECONDS]
        with serving(master, server.without_chunking, log=home / "started"):
            yield server


def _write_configuration(home: Path, server: Postfix) -> None:
    home.chmod(0o755)
    (home / "queue").mkdir()
    (home / "data").mkdir()
    shutil.chown(home / "data", _OWNER)
    services = _SERVICES.format(address=LOOPBACK, full=server.with_chunking, reduced=server.without_chunking)
    (home / "master.cf").write_text(services)
    (home / "main.cf").write_text(_SETTINGS.format(home=home, address=LOOPBACK))


def _asked(setting: str) -> str:
    command = [which("postconf") or "postconf", "-d", "-h", setting]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
