"""Runs a program that listens on every interface, in a network of its own, in which there is only the loopback.

    unshare --user --map-root-user --net python -m tests.faults.confined 7 8000 java -jar DynamoDBLocal.jar -port 8000

``7`` is a listening socket that was made outside and is inherited: a socket stays in the network in which it was made.
What connects to it is connected to port 8000 inside. When the standard input ends, all ends.
"""

import asyncio
import contextlib
import fcntl
import socket
import struct
import sys

_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 1
_AT_ONCE = 65_536


def raise_loopback() -> None:
    """See netdevice(7). A new network begins with its loopback down."""
    with socket.socket() as any_socket:
        request = struct.pack("16sH14x", b"lo", 0)
        name, flags = struct.unpack("16sH14x", fcntl.ioctl(any_socket, _SIOCGIFFLAGS, request))
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sH14x", name, flags | _IFF_UP))


async def relay(outside: socket.socket, port: int, *command: str) -> None:
    program = await asyncio.create_subprocess_exec(*command, stdin=asyncio.subprocess.DEVNULL, stdout=sys.stderr)

    async def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", port)
            await asyncio.gather(_pump(reader, inner_writer), _pump(inner_reader, writer))
        writer.close()

    async with await asyncio.start_server(connect, sock=outside):
        await asyncio.to_thread(sys.stdin.read)
    program.kill()
    await program.wait()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while octets := await reader.read(_AT_ONCE):
            writer.write(octets)
            await writer.drain()
    writer.close()


if __name__ == "__main__":
    raise_loopback()
    asyncio.run(relay(socket.socket(fileno=int(sys.argv[1])), int(sys.argv[2]), *sys.argv[3:]))
