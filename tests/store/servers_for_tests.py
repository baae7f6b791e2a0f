"""Servers of other people's making, each in a process of its own: `python servers_for_tests.py s3|sftp FOLDER`.

It prints its port, and serves until its input ends. What ada, who says "secret", may do, nobody else may.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any


def s3(folder: str) -> None:
    """Amazon's interface to objects in memory, by moto."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    print(server.get_host_and_port()[1], flush=True)
    sys.stdin.read()


def sftp(folder: str) -> None:
    """The files below a folder over SSH, by asyncssh."""
    import asyncssh

    class Door(asyncssh.SSHServer):  # type: ignore[misc]
        def password_auth_supported(self) -> bool:
            return True

        def validate_password(self, username: str, password: str) -> bool:
            return (username, password) == ("ada", "secret")

    def room(channel: Any) -> Any:
        return asyncssh.SFTPServer(channel, chroot=folder.encode())

    async def serve() -> None:
        key = asyncssh.generate_private_key("ssh-ed25519")
        server = await asyncssh.listen("127.0.0.1", 0, server_factory=Door, server_host_keys=[key], sftp_factory=room)
        print(server.get_port(), flush=True)
        await asyncio.to_thread(sys.stdin.read)

    asyncio.run(serve())


if __name__ == "__main__":
    {"s3": s3, "sftp": sftp}[sys.argv[1]](sys.argv[2])
