"""The block on the network in tests/conftest.py is real."""

from __future__ import annotations

import contextlib
import os
import socket
import urllib.request

import pytest

REFUSED = pytest.fail.Exception


@pytest.mark.parametrize(
    "reach",
    [
        lambda: socket.create_connection(("192.0.2.1", 80), timeout=0.1),
        lambda: socket.getaddrinfo("example.org", 443),
        lambda: socket.gethostbyname("example.org"),
        lambda: urllib.request.urlopen("http://example.org/", timeout=0.1),
        lambda: socket.socket(type=socket.SOCK_DGRAM).sendto(b"?", ("192.0.2.1", 53)),
        lambda: socket.socket(socket.AF_INET6).connect_ex(("2001:db8::1", 80)),
    ],
    ids=["connect", "name", "old name", "library", "datagram", "ipv6"],
)
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_nothing_leaves_this_machine(reach) -> None:
    with pytest.raises(REFUSED, match="stay on this machine"), contextlib.suppress(Exception):
        reach()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_forked_workers_are_held_too() -> None:
    child = os.fork()
    if not child:
        try:
            socket.getaddrinfo("example.org", 443)
        except REFUSED:
            os._exit(7)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7


def test_this_machine_may_be_spoken_to() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=1).close()


@pytest.mark.parametrize("host", ["0.0.0.0", "", "::"])
def test_nobody_outside_reaches_in(host: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as door, pytest.raises(REFUSED, match="listens on"):
        door.bind((host, 0))
