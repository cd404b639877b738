"""What a line of the log shows of what is logged."""

import asyncio
import json
import logging
from typing import Any

import pytest

from bot.log_formats import JsonFormatter, TextFormatter, bind_turn, name_turn


def record(message: str = "turn.postponed", error: Exception | None = None, **extra: object) -> Any:
    exc_info = (type(error), error, error.__traceback__) if error else None
    made = logging.makeLogRecord({"name": "bot.tests", "msg": message, "levelname": "INFO"} | extra)
    made.created, made.exc_info = 1764496800.1234, exc_info
    return made


def as_json(one: logging.LogRecord) -> Any:
    return json.loads(JsonFormatter("worker", "host:1").format(one))


@pytest.fixture
def errors() -> Exception:
    """An error with what led to it, and a group of others below it, all of which quote."""
    try:
        try:
            raise ValueError("quoted")  # noqa: TRY301 - raised to be caught
        except ValueError as cause:
            raise ExceptionGroup("quoted", [KeyError("quoted")]) from cause
    except ExceptionGroup as error:
        return error


def test_a_text_is_in_utc_and_quotes_what_has_blanks():
    line = TextFormatter().format(record(reason="it is away", times=3, what=""))
    assert line == (
        '2025-11-30T10:00:00.123Z INFO turn.postponed reason="it is away" times=3 what=""'
    )


def test_the_words_of_exceptions_are_left_out(errors: Exception):
    text, line = TextFormatter().format(record(error=errors)), as_json(record(error=errors))
    assert "quoted" not in [one.strip() for one in text.splitlines()]
    assert '"quoted"' in text  # the line of code that raises it is ours
    assert line["exception"]["type"] == "ExceptionGroup"
    stack = [one for one in line["exception"]["stack"] if not one.startswith(" ")]
    assert stack == ["ValueError", "ExceptionGroup"]
    assert line["exception"]["stack"][-1] == "  | KeyError"


def test_values_are_scalars_lists_or_texts():
    fields = as_json(record(a=1.5, b=float("inf"), c=("x", 2), d=None, e=ValueError("e")))["fields"]
    assert fields == {"a": 1.5, "b": "inf", "c": ["x", 2], "d": None, "e": "e"}


def test_only_the_first_line_of_a_library_is_shown():
    line = record("Task exception was never retrieved\nfuture: KeyError('quoted')", name="asyncio")
    assert as_json(line)["message"] == "Task exception was never retrieved"
    assert "event" not in as_json(line)


async def test_a_turn_is_named_in_all_that_its_tasks_log():
    async def logged() -> Any:
        one = record()
        assert name_turn(one)
        return as_json(one), TextFormatter().format(one)

    async def turn(id_: str) -> Any:
        bind_turn(id_)
        return await asyncio.create_task(logged())

    line, text = await asyncio.create_task(turn("T1:C1:1.0"))
    assert (line["turn"], line["workspace"]) == ("T1:C1:1.0", "T1")
    assert text.endswith(" turn=T1:C1:1.0")
    assert "turn" not in as_json(record())
