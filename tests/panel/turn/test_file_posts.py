"""Files that experts make, within turns."""

from dataclasses import replace

import pytest

from bot.panel.errors import (
    MessengerRefused,
    MessengerUnavailable,
    ModelUnavailable,
    TurnLost,
)
from bot.panel.language_model.exchange import ModelSaid
from bot.panel.language_model.prompts import direct_call
from bot.panel.made_files import MadeFile
from bot.panel.messaging.messenger import Post
from bot.panel.turn.consulting import file_posts
from tests.fakes.language_model import ROUTER
from tests.panel.conftest import EXPERTS, HURRY, Bench, consult

CHART = MadeFile("cfile_1", "chart.png", "Costs by year", "cntr_1")
TABLE = MadeFile("cfile_2", "costs.csv", container="cntr_1")
SAID = ModelSaid("See the chart.", files=(CHART, TABLE))


@pytest.fixture
def making(bench: Bench) -> Bench:
    """A bench whose legal expert makes two files, however often it is asked."""
    bench.model.made |= {"cfile_1": b"PNG", "cfile_2": b"a,b"}
    bench.model.reply = lambda prompt: "Hello." if prompt.tools else SAID
    return bench


def said(bench: Bench) -> list[Post]:
    return [post for _, _, post in bench.messenger.posts if post.persona]


async def test_files_follow_the_answer_under_the_experts_face(making: Bench):
    await making.ask("legal: Draw it.")
    answer, shown = said(making)
    assert (answer.text, answer.stored_files) == (SAID.text, ())
    assert answer.ends_reply
    assert not shown.ends_reply
    assert shown.persona == answer.persona
    assert [(one.name, one.is_image) for one in shown.stored_files] == [
        ("chart.png", True),
        ("costs.csv", False),
    ]
    assert shown.stored_files[0].about == "Costs by year"
    assert "`chart.png` and `costs.csv`" in shown.text
    assert making.files.stored == [("chart.png", b"PNG"), ("costs.csv", b"a,b")]


async def test_an_answer_of_files_alone_is_an_answer(making: Bench):
    making.model.script("legal", ModelSaid("", files=(CHART,)))
    await making.ask("legal: Draw it.")
    answer, shown = said(making)
    assert answer.text == "Here is what I made."
    assert len(shown.stored_files) == 1


async def test_the_router_learns_that_files_were_shown(making: Bench):
    making.model.script(ROUTER, [consult("legal")])
    await making.ask("Draw it.")
    assert "Files shown: chart.png, costs.csv" in str(making.model.items_of(ROUTER))


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("stop_at", range(1, 16))
async def test_stopped_anywhere_no_file_is_shown_twice_or_lost(
    making: Bench, stop_at: int, after: bool
):
    claim = await making.claim("legal: Draw it.")
    await making.die(claim, stop_at, after=after)
    await making.resume(claim)
    answer, shown = said(making)
    assert answer.text == SAID.text
    assert [one.name for one in shown.stored_files] == ["chart.png", "costs.csv"]
    assert len(making.files.stored) == 2


async def test_what_is_stored_is_not_stored_again(making: Bench):
    claim = await making.claim("legal: Draw it.")
    making.messenger.fail_next(
        f"made:{direct_call(claim.turn.id, EXPERTS[1]).id}", MessengerUnavailable("cut")
    )
    with pytest.raises(ExceptionGroup):
        await making.runner().run(claim)
    assert len(making.files.stored) == 2
    await making.resume(claim)
    assert len(making.files.stored) == 2
    assert len(said(making)) == 2


@pytest.mark.parametrize(
    "lost",
    [
        lambda bench: bench.model.made.pop("cfile_1"),
        lambda bench: [bench.model.fail_next("content", ModelUnavailable("down")) for _ in "123"],
        lambda bench: bench.files.errors.append(MessengerRefused("missing_scope")),
        lambda bench: bench.files.errors.extend([MessengerUnavailable("down")] * 3),
        lambda bench: bench.model.made.update(cfile_1=b"x" * (file_posts.LARGEST_MADE + 1)),
    ],
    ids=["gone", "model away", "refused", "slack away", "too large"],
)
async def test_a_file_that_cannot_be_shown_is_named_and_the_others_are_shown(making: Bench, lost):
    lost(making)
    await making.ask("legal: Draw it.")
    answer, shown = said(making)
    assert answer.text == SAID.text
    assert [one.name for one in shown.stored_files] == ["costs.csv"]
    assert "`chart.png`" in shown.text


async def test_a_worker_that_has_lost_the_turn_says_nothing_of_files(making: Bench):
    claim = await making.claim("legal: Draw it.")
    making.model.fail_next("content", TurnLost("taken over"))
    with pytest.raises(ExceptionGroup) as caught:
        await making.runner().run(claim)
    assert caught.group_contains(TurnLost, depth=None)
    assert len(said(making)) == 1


async def test_a_passing_trouble_costs_nothing(making: Bench):
    making.model.fail_next("content", ModelUnavailable("down"))
    making.files.errors.append(MessengerUnavailable("down"))
    await making.ask("legal: Draw it.")
    assert len(said(making)[1].stored_files) == 2


async def test_a_file_that_takes_too_long_is_named(making: Bench):
    making.timeouts = replace(HURRY, files=0.02)
    making.files.is_slow = True
    await making.ask("legal: Draw it.")
    _, shown = said(making)
    assert shown.stored_files == ()
    assert "`chart.png` took too long" in shown.text


async def test_of_very_many_files_the_first_are_shown_and_the_others_named(making: Bench):
    many = [replace(TABLE, id=f"cfile_{n}", name=f"{n}.csv") for n in range(12)]
    making.model.made |= {file.id: b"x" for file in many}
    making.model.script("legal", ModelSaid("There.", files=tuple(many)))
    await making.ask("legal: Make them.")
    _, shown = said(making)
    assert len(shown.stored_files) == file_posts.MOST_MADE
    assert "`10.csv` is one too many" in shown.text
