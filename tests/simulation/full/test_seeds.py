"""Some days of the real assembly: nothing is wrong in any of them. ``--long`` runs more."""

from collections.abc import Iterator

import pytest

from tests.simulation.full.kinds import KINDS
from tests.simulation.full.world import run
from tests.simulation.redis_server import RedisServer, redis_server

SHORT = ("random kills", "pauses", "rolling restarts", "redis restarts", "everything")
FEW_TURNS, TURNS = 6, 40


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with redis_server() as running:
        yield running


@pytest.mark.parametrize("kind", SHORT)
def test_nothing_is_wrong(kind: str, server: RedisServer):
    assert not run(KINDS[kind], 1, FEW_TURNS, server).complaints


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(2, 7))
def test_nothing_is_wrong_on_longer_days(kind: str, seed: int, server: RedisServer):
    assert not run(KINDS[kind], seed, TURNS, server).complaints


def test_a_seed_brings_the_same_bytes_again(server: RedisServer):
    first, again = (run(KINDS["model storm"], 1, 2, server) for _ in range(2))

    assert first.digest == again.digest
