"""A panel as a file: brought over and back, and as the one place where it is kept."""

import shutil
from pathlib import Path

import pytest

from bot.assembly import storage
from bot.assembly.checks import checkup
from bot.assembly.operator import open_documents
from bot.demo.run import open_demo
from bot.panel.model import Expert, ExpertName
from bot.panel.roster.roster import ChannelScope, RosterChanges, WorkspaceScope
from bot.playground.slack.workspace.company import ADA, GENERAL, PRODUCT
from tests.end_to_end.conftest import World
from tests.end_to_end.test_panel_changes import answers, command

PANEL = f"""\
version: 1
defaults:
  remove: [finance]
  experts:
    - name: tax
      title: Tax Counsel
      icon: ":receipt:"
      purpose: Taxes.
      instructions: |
        You are a tax adviser.
        You count twice.
channels:
  {PRODUCT}:
    remove: [legal]
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "panel.yaml"
    path.write_text(PANEL)
    return path


def change(file: Path, old: str, new: str) -> None:
    rewrite(file, file.read_text().replace(old, new))


def rewrite(file: Path, text: str) -> None:
    file.write_text(text)


async def test_a_file_is_shown_brought_and_compared(bot: World, file: Path):
    code, out, _ = await bot.panelbot("experts", "diff", str(file))
    assert code == 1
    assert "+        You count twice." in out
    code, out, _ = await bot.panelbot("experts", "import", str(file), "--dry-run")
    assert (code, out.splitlines()[-1]) == (0, "Nothing was changed.")
    assert await answers(bot) == ["Legal Counsel"]

    code, out, _ = await bot.panelbot("experts", "import", str(file), "--yes")

    assert (code, out.splitlines()[-1]) == (0, "The panels have been changed.")
    assert await answers(bot) == ["Legal Counsel", "Tax Counsel"]
    assert await answers(bot, PRODUCT) == ["Tax Counsel"]
    code, out, _ = await bot.panelbot("experts", "diff", str(file))
    assert (code, out) == (0, f"The panels match {file}.\n")
    _, out, _ = await bot.panelbot("experts", "import", str(file))
    assert out == "Nothing to change.\n"


async def test_what_is_exported_brings_a_panel_back(bot: World, tmp_path: Path):
    await command(bot, "default add writing")
    await command(bot, "synthesis never", PRODUCT)
    kept = tmp_path / "kept.yaml"
    assert (await bot.panelbot("experts", "export", "--out", str(kept)))[0] == 0
    _, out, _ = await bot.panelbot("experts", "export")
    assert out == kept.read_text()
    await command(bot, "default remove writing")
    await command(bot, "remove legal")

    await bot.panelbot("experts", "import", str(kept), "--yes")
    assert await answers(bot) == ["Editor"]  # the file does not speak of this channel
    await bot.panelbot("experts", "import", str(kept), "--yes", "--prune")

    assert await answers(bot) == ["Editor", "Legal Counsel"]
    assert (await bot.panelbot("experts", "diff", str(kept)))[0] == 0


async def test_nothing_changes_unless_somebody_agrees(bot: World, file: Path):
    code, out, _ = await bot.panelbot("experts", "import", str(file))  # with nobody to ask
    assert code != 0
    assert "Apply these changes?" in out
    assert await answers(bot) == ["Legal Counsel"]


async def test_a_file_is_checked_without_settings(world: World, file: Path):
    for name in [*world.environ]:
        del world.environ[name]
    code, out, _ = await world.panelbot("experts", "check", str(file))
    assert (code, out) == (
        0,
        f"{file} is valid: 1 expert, 1 channel with changes of their own.\n",
    )

    change(file, "title", "titel")
    for args in (("experts", "check", str(file)), ("experts", "diff", str(file))):
        code, out, err = await world.panelbot(*args)
        assert code == (2 if "diff" in args else 1)
        assert f"{file}:6:7: defaults > experts > tax > titel is not a field here" in err

    rewrite(file, "version: 1\ndefaults:\n  remove: [lgal]\n  sythesis: auto\n")
    code, _, err = await world.panelbot("experts", "check", str(file))
    assert (code, len(err.splitlines())) == (1, 2)
    assert f"panelbot: {file}:3:12: defaults > remove contains “lgal”, but there is no such" in err
    assert "Did you mean `legal`?" in err


async def test_the_file_that_is_named_is_the_panel(world: World, file: Path):
    world.environ["PANELBOT_PANEL_FILE"] = str(file)
    await world.start_bot()
    people, workspace = world.slack.people, world.slack.workspace

    assert await answers(world) == ["Legal Counsel", "Tax Counsel"]
    assert await answers(world, PRODUCT) == ["Tax Counsel"]
    people.open_home(ADA)
    await people.wait_for(lambda: ADA in workspace.homes)
    assert "Kept in the file panel.yaml" in str(workspace.homes[ADA].content)
    for words in ("add writing", "default remove tax", "add", "synthesis never"):
        told = await whispered(world, words)
        assert "kept in the file panel.yaml and can only be changed there" in told
    assert "Kept in the file panel.yaml, and only changed there." in await whispered(world, "")
    code, _, err = await world.panelbot("experts", "import", str(file), "--yes")
    assert (code, "PANELBOT_PANEL_FILE" in err) == (1, True)
    assert (await world.panelbot("experts", "diff", str(file)))[0] == 0
    assert ") can be used: 1 expert, 1 channel" in (await world.panelbot("check"))[1]


async def test_documents_stay_with_an_expert_of_the_file(world: World, file: Path):
    world.environ["PANELBOT_PANEL_FILE"] = str(file)
    handbook = shutil.copy(file, file.with_name("handbook.txt"))

    code, _, err = await world.panelbot("knowledge", "add", "tax", str(handbook))

    assert (code, [line for line in err.splitlines() if line.startswith("panelbot")]) == (0, [])
    change(file, "count twice", "count thrice")
    async with open_documents(world.config()) as (workspace, documents):
        listed = await documents.documents(WorkspaceScope(workspace.team_id), "tax")
    tax = listed.expert
    assert len(tax.collections) == 1
    assert "thrice" in tax.instructions


@pytest.mark.parametrize("part", ["web", "worker"])
async def test_nothing_starts_with_a_file_that_will_not_do(world: World, file: Path, part: str):
    world.environ["PANELBOT_PANEL_FILE"] = str(file)
    change(file, ":receipt:", "?")

    code, _, err = await world.panelbot(part)

    assert code == 1
    place = f"PANELBOT_PANEL_FILE {file}:7:13"
    assert f"panelbot: {place}: defaults > experts > tax > icon is refused" in err


async def whispered(world: World, words: str) -> str:
    """Give a command; returns what only its giver is told."""
    before = len(world.slack.workspace.ephemeral(ADA))
    await world.slack.people.slash(ADA, GENERAL, "/experts", words)
    await world.slack.people.wait_for(lambda: len(world.slack.workspace.ephemeral(ADA)) > before)
    return str(world.slack.workspace.ephemeral(ADA)[-1].blocks)


async def test_an_import_does_not_make_a_panel_too_large(bot: World, file: Path):
    team = bot.slack.workspace.team_id
    async with storage.open_storage(bot.config()) as memory:
        await memory.panels.put(ChannelScope(team, GENERAL), crowd(497))  # and three by default
    code, _, problem = await bot.panelbot("experts", "import", str(file), "--yes")
    assert code == 0, problem  # as many come as go
    change(file, "remove: [finance]", "remove: []")
    await bot.panelbot("experts", "import", str(file), "--yes", "--prune")
    async with storage.open_storage(bot.config()) as memory:
        await memory.panels.put(ChannelScope(team, GENERAL), crowd(497))
    for option in ("--dry-run", "--yes"):
        code, _, problem = await bot.panelbot("experts", "import", str(file), option)
        assert code == 0, problem  # it is too large already
    change(file, "channels:", MORE)
    code, _, problem = await bot.panelbot("experts", "import", str(file), "--yes")
    assert code != 0
    assert f"The panel of channel {GENERAL}, with the defaults, has 50" in problem

    found = [
        one.what for one in await checkup.examine(bot.config()) if "500 is the most" in one.what
    ]
    assert len(found) == 1


MORE = """\
    - {name: more, title: More, icon: x, purpose: x, instructions: x}
channels:
"""


def crowd(size: int) -> RosterChanges:
    experts = [
        Expert(ExpertName(f"n{number:03}"), f"No {number:03}", ":x:", "All.", "Read.")
        for number in range(size)
    ]
    return RosterChanges({one.name: one for one in experts})


async def test_the_demo_starts_with_a_file_that_has_others(imported_bot: None, file: Path):
    change(file, "[finance]", "[finance, legal]")
    async with open_demo({"PANELBOT_PANEL_FILE": str(file)}, port=0, pace=0) as demo:
        answered = await demo.ask("What about taxes?")
    assert "Tax Counsel" in {message.author for message in answered.messages}
