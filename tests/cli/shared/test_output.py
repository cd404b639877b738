"""Output that is closed, that nobody reads, or that has no room; for real, in a process."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

PRINT = "print('first', flush=True); print('last' * 100_000)"
SCRIPT = """
from bot.cli.shared.output import run_to_exit
def command():
    {body}
run_to_exit(command)
"""


def shell(line: str, body: str, repository: Path) -> tuple[int, str, str]:
    """Run *body* as a command, as *line* says."""
    script = SCRIPT.format(body=body)
    whole = f'script=$1; panelbot() {{ "$0" -c "$script"; }}; set -o pipefail; {line}'
    done = subprocess.run(  # noqa: S603 - a command of this file
        ["/bin/bash", "-c", whole, sys.executable, script],
        cwd=repository,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("panelbot >&-", "panelbot: The output cannot be written: Bad file descriptor.\n"),
        (
            "panelbot >/dev/full",
            "panelbot: The output cannot be written: No space left on device.\n",
        ),
        ("panelbot | head -n 1 >/dev/null", ""),
        ("panelbot 2>&- | head -n 1 >/dev/null", ""),
        ("panelbot >/dev/full 2>&1", ""),
    ],
)
def test_output_that_gets_lost_is_no_success_and_no_traceback(repository, line, told):
    assert shell(line, PRINT, repository) == (1, "", told)


def test_the_end_of_a_short_text_is_not_lost_silently(repository):
    code, _, err = shell("panelbot >/dev/full", "print('short')", repository)

    assert (code, err.count("\n")) == (1, 1)


@pytest.mark.parametrize(
    ("line", "body", "ended"),
    [
        ("panelbot", "print('whole')", (0, "whole\n", "")),
        ("panelbot >&- 2>&- <&-", "pass", (0, "", "")),
        ("panelbot <&-", "import sys; print(repr(sys.stdin.read()))", (0, "''\n", "")),
        ("panelbot", "print('some'); raise SystemExit(3)", (3, "some\n", "")),
    ],
)
def test_whatever_else_happens_stays_as_it_is(repository, line, body, ended):
    assert shell(line, body, repository) == ended


def test_a_mistake_of_ours_keeps_its_traceback(repository):
    code, out, err = shell("panelbot", "print('some'); 1 / 0", repository)

    assert (code, out) == (1, "some\n")
    assert "ZeroDivisionError" in err


def test_a_reader_who_leaves_tasks_that_print_is_no_mistake(repository):
    body = (
        "import asyncio, contextlib\n"
        "    async def work():\n"
        "        async with asyncio.TaskGroup() as tasks:\n"
        "            tasks.create_task(write())\n"
        "    async def write():\n"
        "        for _ in range(9999): print('line', flush=True)\n"
        "    asyncio.run(work())"
    )

    assert shell("panelbot | head -n 1", body, repository) == (1, "line\n", "")


@pytest.mark.parametrize("encoding", ["latin-1", "ascii", "cp1252"])
def test_a_terminal_of_few_characters_gets_the_others_as_numbers(repository, encoding):
    line = f"PYTHONIOENCODING={encoding} panelbot"

    assert shell(line, "print('OK 法 \\U0001f389')", repository) == (
        0,
        "OK \\u6cd5 \\U0001f389\n",
        "",
    )


def test_json_can_be_read_whatever_the_terminal_shows(repository):
    body = "from bot.cli.shared.listing import print_json; print_json(['法 \\U0001f389'])"

    _, narrow, _ = shell("PYTHONIOENCODING=latin-1 panelbot", body, repository)
    _, wide, _ = shell("PYTHONIOENCODING=utf-8 panelbot", body, repository)

    assert narrow.isascii()
    assert json.loads(narrow) == json.loads(wide) == ["法 🎉"]
    assert "法 🎉" in wide
