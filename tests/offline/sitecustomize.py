"""Put on PYTHONPATH by the tests: every Python process then refuses to connect beyond this machine, and writes down the try."""

import os
import sys

LOCAL = ("127.", "::1", "localhost", "0.0.0.0")


def _refuse_outbound(event: str, arguments: tuple[object, ...]) -> None:
    if event == "socket.connect":
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None  # a string or bytes is a Unix socket
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    if host in (None, "", b"") or str(host).startswith(LOCAL):
        return
    if log := os.environ.get("STRATASCOPE_OUTBOUND_LOG"):
        os.write(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND), f"{event} {host}\n".encode())
    raise PermissionError(f"outbound connection to {host!r} refused by the tests")


sys.addaudithook(_refuse_outbound)
