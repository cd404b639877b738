"""The commands in README and docs, run as they stand there before the local Slack and model."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE
from collections.abc import Sequence
from pathlib import Path

import click
import pytest

from bot.cli.main import main
from bot.playground.openai.rule_model.rules import RuleBrain
from bot.playground.slack.workspace.company import ADA, GENERAL
from tests.docs.snippets import Snippet, snippets
from tests.end_to_end.conftest import MENTION, World

PERMALINK = "https://acme.slack.com/archives/C0123/p1763671234000100"
FILES = ("handbook.pdf", "terms.docx", "nda.pdf", "panel.yaml")

# Runs each command in a process forked from this one, which has imported everything already.
RUNNER = """
import json, os, sys
from bot.cli.main import main

for number, words in enumerate(json.load(sys.stdin)):
    child = os.fork()
    if not child:
        out = os.open(f"{number}.out", os.O_CREAT | os.O_WRONLY)
        os.dup2(out, 1)
        os.dup2(out, 2)
        os.dup2(os.open("yes", os.O_RDONLY), 0)
        main(words)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


def command(words: Sequence[str]) -> click.Context:
    """Return what *words* mean to click, without doing it; raises UsageError for wrong ones."""
    found: click.Command = main
    rest = list(words)
    while isinstance(found, click.Group) and rest and rest[0] in found.commands:
        found = found.commands[rest.pop(0)]
    return found.make_context("panelbot", rest)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the files that the docs speak of."""
    for name in FILES:
        (tmp_path / name).write_text("Everybody has thirty days of holiday.")
    (tmp_path / "yes").write_text("y\n" * 9)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_command_is_one_that_there_is(repository: Path, folder: Path):
    wrong = []
    for snippet in snippets(repository, "sh"):
        for words in snippet.commands():
            try:
                command(words)
            except click.UsageError as error:
                wrong.append(f"{snippet}: panelbot {' '.join(words)}: {error.message}")
    assert wrong == []


def runnable(repository: Path) -> list[tuple[Snippet, list[str]]]:
    """Return the commands to be run; ``demo`` brings a world of its own and comes elsewhere."""
    return [
        (snippet, words)
        for snippet in snippets(repository, "sh")
        if snippet.runs
        for words in snippet.commands()
        if words[0] != "demo"
    ]


@pytest.mark.long
async def test_every_command_can_be_run(bot: World, repository: Path, folder: Path):
    bot.openai.brain = RuleBrain()
    ts = bot.say(f"{MENTION} legal May we?")
    await bot.idle()
    link = PERMALINK.replace("C0123", GENERAL).partition("/p")[0] + f"/p{ts.replace('.', '')}"
    known = {PERMALINK: link, "C0123": GENERAL, "U0456": ADA}
    commands = runnable(repository)
    asked = [[known.get(word, word) for word in words] for _, words in commands]

    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", RUNNER),
        stdin=PIPE,
        stdout=PIPE,
        cwd=folder,
        env=bot.environ | {"PATH": os.environ["PATH"], "PYTHONPATH": str(repository)},
    )
    async with asyncio.timeout(240):
        codes, _ = await process.communicate(json.dumps(asked).encode())

    failed = [
        f"{snippet}: panelbot {' '.join(words)}: {(folder / f'{number}.out').read_text()}"
        for number, ((snippet, words), code) in enumerate(zip(commands, codes.split(), strict=True))
        if code != b"0"
    ]
    assert failed == []
    assert len(commands) > 20


async def test_the_demo_answers_the_documented_question(repository: Path):
    demos = [
        words
        for snippet in snippets(repository, "sh")
        for words in snippet.commands()
        if words[:2] == ["demo", "--ask"]
    ]
    assert demos
    assert all(words == demos[0] for words in demos)
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(repository)}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *demos[0]), stdout=PIPE, env=environ
    )
    async with asyncio.timeout(120):
        out, _ = await process.communicate()
    assert process.returncode == 0
    for name in ("Legal Counsel", "Finance Partner", "In short"):
        assert name in out.decode()
