import asyncio
import os
import socket

import pytest

from bot.cli.shared.systemd import notify, watchdog


@pytest.fixture(params=["path", "abstract"])
def told(request, tmp_path, monkeypatch):
    """A socket such as systemd has, and its address in the environment."""
    name = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.setblocking(False)
        listening.bind(name if request.param == "path" else f"\0{name}")
        monkeypatch.setenv("NOTIFY_SOCKET", name if request.param == "path" else f"@{name}")
        yield listening


async def next_of(told: socket.socket) -> bytes:
    async with asyncio.timeout(10):
        return await asyncio.get_running_loop().sock_recv(told, 1000)


async def test_systemd_is_told(told):
    notify("READY=1\nSTATUS=Serving")

    assert await next_of(told) == b"READY=1\nSTATUS=Serving"


async def test_the_watchdog_is_told_again_and_again(told, monkeypatch):
    monkeypatch.setenv("WATCHDOG_USEC", "20000")
    monkeypatch.setenv("WATCHDOG_PID", str(os.getpid()))
    async with watchdog():
        assert [await next_of(told) for _ in range(3)] == [b"WATCHDOG=1"] * 3


@pytest.mark.parametrize(
    "environ",
    [{}, {"WATCHDOG_USEC": "20000", "WATCHDOG_PID": "1"}, {"WATCHDOG_USEC": "x"}],
    ids=str,
)
async def test_a_watchdog_that_does_not_watch_us_is_told_nothing(told, monkeypatch, environ):
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    async with watchdog():
        notify("READY=1")
        assert await next_of(told) == b"READY=1"


@pytest.mark.parametrize("address", ["", "/nowhere/at/all", "vsock:2:1234", "@" + "x" * 300])
def test_without_a_systemd_that_listens_nothing_happens(address, monkeypatch):
    monkeypatch.setenv("NOTIFY_SOCKET", address)

    notify("READY=1")
