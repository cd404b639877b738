"""The real Redis in a simulation's time."""

from collections.abc import Iterator

import pytest

from tests.simulation.redis_server import RedisServer, redis_server

DECADES_FROM_NOW = 5e9


class World:
    """A server, and the time."""

    def __init__(self, server: RedisServer) -> None:
        self.now = DECADES_FROM_NOW
        server.begin(lambda: self.now)
        self.server = server
        self.session = server.session()

    def ask(self, *command: str | int) -> bytes:
        return self.session.ask(*(str(part).encode() for part in command))

    def run(self, script: str, *keys: str) -> bytes:
        return self.ask("EVAL", script, len(keys), *keys)


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with redis_server() as running:
        yield running


@pytest.fixture
def world(server: RedisServer) -> World:
    return World(server)


SET = "return redis.call('SET', KEYS[1], 'v', 'PX', 2000, 'NX')"
EXPIRE = "redis.call('SET', KEYS[1], 1) return redis.call('EXPIRE', KEYS[1], 2)"


def test_scripts_are_told_the_time_of_the_simulation(world: World):
    world.now += 1.25

    assert world.run("return redis.call('TIME')") == b"*2\r\n$10\r\n5000000001\r\n$6\r\n250000\r\n"


@pytest.mark.parametrize(
    "command",
    [
        ("SET", "key", "v", "EX", 2),
        ("SET", "key", "v", "NX", "PX", 2000),
        ("EVAL", SET, 1, "key"),
        ("EVAL", EXPIRE, 1, "key"),
    ],
)
def test_what_expires_does_so_in_the_simulation_and_no_sooner(
    world: World, command: tuple[str | int, ...]
):
    world.ask(*command)
    world.now += 1.5
    assert world.ask("PTTL", "key") == b":500\r\n"
    assert world.ask("TTL", "key") == b":1\r\n"  # rounded, as Redis does
    assert world.ask("EXISTS", "key") == b":1\r\n"
    world.now += 0.5
    assert world.ask("EXISTS", "key") == b":0\r\n"
    assert world.ask("TTL", "key") == b":-2\r\n"


def test_who_sets_anew_or_renews_decides_when_it_expires(world: World):
    world.ask("SET", "renewed", "v", "EX", 2)
    world.ask("EXPIRE", "renewed", 10)
    world.ask("SET", "lasting", "v", "EX", 2)
    world.ask("SET", "lasting", "v")
    world.now += 5

    assert world.ask("TTL", "renewed") == b":5\r\n"
    assert world.ask("TTL", "lasting") == b":-1\r\n"


def test_in_transactions_too(world: World):
    world.ask("MULTI")
    world.ask("SET", "key", "v", "EX", 2)
    world.ask("TTL", "key")

    assert world.ask("EXEC") == b"*2\r\n+OK\r\n:2\r\n"


def test_a_script_is_known_by_its_own_digest_until_the_restart(world: World):
    digest = "e0e1f9fabfc9d4800c877a703b823ac0578ff8db"  # of "return 1"
    assert world.ask("EVALSHA", digest, 0).startswith(b"-NOSCRIPT")
    world.run("return 1")
    assert world.ask("EVALSHA", digest, 0) == b":1\r\n"
    world.server.restart()
    assert world.ask("EVALSHA", digest, 0).startswith(b"-NOSCRIPT")


def test_what_scripts_catch_stays_caught(world: World):
    assert world.run("return redis.pcall('GET')").startswith(b"-ERR")
    assert b"master_replid:" in world.run("return redis.pcall('INFO', 'replication')")


def test_replies_come_in_an_order_that_the_contents_decide(world: World):
    world.ask("SADD", "set", *range(200))
    for name in "cab":
        world.ask("SET", f"key:{name}", "v")

    members = world.ask("SMEMBERS", "set").split(b"\r\n")[2::2]
    assert members == sorted(members)
    assert world.run("return redis.call('SRANDMEMBER', KEYS[1], 2)", "set").count(b"$") == 2
    found = world.ask("SCAN", 0, "MATCH", "key:*").split(b"\r\n")
    assert [part for part in found if b"key" in part] == [b"key:a", b"key:b", b"key:c"]
