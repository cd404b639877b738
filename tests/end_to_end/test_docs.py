"""The commands in README and docs, run as they stand there before the local Slack and model."""

import asyncio
import os
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import click
import pytest

from bot.cli.main import main
from bot.cli.shared.lazy_command import loaded
from bot.playground.openai.rule_model.rules import RuleBrain
from bot.playground.slack.workspace.company import ADA, GENERAL
from tests.docs.snippets import Snippet, snippets
from tests.end_to_end.conftest import MENTION, World
from tests.processes import bot_process

PERMALINK = "https://acme.slack.com/archives/C0123/p1763671234000100"
THREAD = "C0123ABCD/1764484800.000100"
FILES = ("handbook.pdf", "terms.docx", "nda.pdf")
PANELS = ("panel.yaml", "old.yaml")
QUESTION = "- {text: May we use AGPL code, experts: [legal]}"
CHECKED = "- {text: May we use AGPL code, experts: [legal], answer: {contains: AGPL}}"


def command(words: Sequence[str]) -> click.Context:
    """Return what *words* mean to click, without doing it; raises UsageError for wrong ones."""
    found: click.Command = main
    rest = list(words[2:] if words[0] == "--env-file" else words)
    while isinstance(found, click.Group) and rest and rest[0] in found.commands:
        found = loaded(found.commands[rest.pop(0)])
    return found.make_context("panelbot", rest)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the files that the docs speak of."""
    for name in FILES:
        (tmp_path / name).write_text("Everybody has thirty days of holiday.")
    (tmp_path / "questions.yaml").write_text(QUESTION)
    (tmp_path / "answers.yaml").write_text(CHECKED)
    for name in PANELS:
        (tmp_path / name).write_text("version: 1")
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
    link = f"https://acme.slack.com/archives/{GENERAL}/p{ts.replace('.', '')}"
    known = {PERMALINK: link, THREAD: f"{GENERAL}/{ts}", "C0123": GENERAL, "U0456": ADA}
    commands = runnable(repository)

    failed = []
    for snippet, words in commands:
        asked = [known.get(word, word) for word in words]
        agreed = ["--yes"] if words[0] == "forget" else []
        code, told = await run(*asked, *agreed, environ=bot.environ, folder=folder)
        if code:
            failed.append(f"{snippet}: panelbot {' '.join(words)}: {told}")

    assert failed == []
    assert len(commands) > 20


async def test_the_demo_answers_the_documented_question(repository: Path, tmp_path: Path):
    demos = [
        words
        for snippet in snippets(repository, "sh")
        for words in snippet.commands()
        if words[:2] == ["demo", "--ask"]
    ]
    assert demos
    assert all(words == demos[0] for words in demos)

    code, told = await run(*demos[0], environ={"PATH": os.environ["PATH"]}, folder=tmp_path)

    assert code == 0, told
    for name in ("Legal Counsel", "Finance Partner", "In short"):
        assert name in told


async def run(*words: str, environ: Mapping[str, str], folder: Path) -> tuple[int, str]:
    """Run ``panelbot`` in *folder* to its end; returns its exit code and what it printed."""
    prepare = partial(os.chdir, folder)
    async with bot_process(*words, environ=environ, prepare=prepare) as process:
        async with asyncio.timeout(120):
            out, err = await process.communicate()
    return process.returncode or 0, (out + err).decode()
