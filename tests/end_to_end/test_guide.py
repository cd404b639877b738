"""The guide in the docs: its commands, run in their order, print what the page says."""

import asyncio
import os
import re
import shlex
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import click
import pytest
import yaml

from bot.cli.main import main
from bot.cli.shared.lazy_command import loaded
from tests.docs.snippets import snippets
from tests.processes import bot_process

PAGE = "docs/extend/better-panel.md"
ELISION = "…"
MEASURED = re.compile(r"\d+\.\d\d s\b")  # differs each time
PURPOSE = re.compile(r"^ +purpose: .*$", re.MULTILINE)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def blocks(repository: Path) -> Iterator[tuple[str, str]]:
    """Yield the page's files, changes, commands and what these print."""
    for snippet in snippets(repository, "yaml", "sh", "text"):
        if snippet.page == PAGE:
            yield snippet.language, snippet.code


async def run(words: list[str], folder: Path) -> str:
    """Run ``panelbot`` as with no settings at all; returns what it prints."""
    prepare = partial(os.chdir, folder)
    environ = {"PATH": os.environ["PATH"], "COLUMNS": "200"}
    async with bot_process(*words, environ=environ, prepare=prepare) as process:
        async with asyncio.timeout(60):
            out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    return out.decode()


def write(folder: Path, code: str) -> None:
    """Write the file that *code* is, or change the purpose in the panel."""
    if named := re.match(r"# (\S+\.yaml)\n", code):
        (folder / named[1]).write_text(code)
    elif PURPOSE.match(code):
        panel = folder / "panel.yaml"
        panel.write_text(PURPOSE.sub(lambda _: code.rstrip(), panel.read_text()))


def copy(folder: Path, source: str, target: str) -> None:
    (folder / target).write_text((folder / source).read_text())


def check_printed(out: str, page: str) -> None:
    """Check that *out* has what the page shows of it, in that order."""
    rest = MEASURED.sub("", out)
    for piece in MEASURED.sub("", page).split(f"{ELISION}\n"):
        assert piece in rest
        rest = rest.partition(piece)[2]


async def test_the_guide_is_true(imported_bot: None, repository: Path, folder: Path):
    out, printed = "", 0
    for language, code in blocks(repository):
        if language == "yaml":
            write(folder, code)
        elif language == "text":
            check_printed(out, code)
            printed += 1
        else:
            words = shlex.split(code)
            if words[0] == "cp":
                copy(folder, *words[1:])
            else:
                assert words[0] == "panelbot"
                out = await run(words[1:], folder)
    assert printed >= 6
    assert "People Partner" in out


def test_its_workflow_runs_commands_that_there_are(repository: Path):
    (code,) = [code for language, code in blocks(repository) if code.startswith("name: Panel")]
    steps = yaml.safe_load(code)["jobs"]["eval"]["steps"]
    commands = [shlex.split(step["run"]) for step in steps if "run" in step]
    ours = [words[1:] for words in commands if words[0] == "panelbot"]

    assert len(ours) == 2
    for words in ours:
        found: click.Command = main
        while isinstance(found, click.Group):
            found = loaded(found.commands[words.pop(0)])
        options = {word for word in words if word.startswith("--")}
        assert options <= {name for param in found.params for name in param.opts}
