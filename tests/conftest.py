"""What every test may rely on: nothing here ever speaks to another machine."""

from __future__ import annotations

import sys

import pytest

pytest_plugins = ["invented_bureau", "invented_children", "invented_standings", "demo_bureau"]

_AT_HOME = {"localhost", "127.0.0.1", "::1", "0.0.0.0", "", None}


def _stay_at_home(event: str, arguments: tuple[object, ...]) -> None:
    """Fail the test that reaches for the network, or lets the network reach in.

    An audit hook sees every way through Python's sockets, also those of libraries, and forked
    workers inherit it. `pytest.fail` is no `Exception`, so a library cannot swallow it.
    """
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None  # a path is AF_UNIX
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = arguments[0]
        host = host.decode() if isinstance(host, bytes) else host
    elif event == "socket.bind":
        address = arguments[1]
        if isinstance(address, tuple) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            pytest.fail(f"this test listens on {address[0]!r}; tests listen on 127.0.0.1")
        return
    else:
        return
    if host not in _AT_HOME:
        pytest.fail(
            f"this test reached for {host!r}; tests stay on this machine: "
            "use a file, a stand-in, or 127.0.0.1",
            pytrace=True,
        )


sys.addaudithook(_stay_at_home)
