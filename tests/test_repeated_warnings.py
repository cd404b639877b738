import asyncio
import logging

from bot.logs import RepeatedWarning
from tests.eventually import eventually

log = logging.getLogger("bot.tests")


def lines(caplog) -> list[tuple[str, int]]:
    return [(record.reason, record.times) for record in caplog.records]


async def test_each_reason_has_a_line_and_then_a_count(caplog):
    warning = RepeatedWarning(log, "door.knocked", every=0.05)
    for reason in ("a", "a", "b", "a"):
        warning.tell(reason, status=401)
    assert lines(caplog) == [("a", 1), ("b", 1)]

    await eventually(lambda: len(caplog.records) == 3)
    assert lines(caplog)[2] == ("a", 2)
    assert {(one.message, one.levelname, one.status) for one in caplog.records} == {
        ("door.knocked", "WARNING", 401)
    }
    await asyncio.sleep(0.12)
    warning.tell("a", status=401)
    assert lines(caplog)[3:] == [("a", 1)]


async def test_a_mistake_is_an_error_with_one_traceback(caplog):
    warning = RepeatedWarning(log, "door.broken", every=0.05)
    for _ in range(3):
        warning.tell("KeyError", KeyError("x"))
    await eventually(lambda: len(caplog.records) == 2)

    first, second = caplog.records
    assert (first.levelname, bool(first.exc_info)) == ("ERROR", True)
    assert (second.times, second.exc_info) == (2, None)
