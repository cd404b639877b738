"""Answers that say nothing, and answers of which not everything is posted."""

import pytest

from bot.panel.citations import Citation
from bot.panel.language_model.exchange import ModelSaid, ToolAnswered
from bot.panel.model import DocumentId
from bot.panel.replies.thread_writer import MOST_OF_REPLY, MOST_OF_TURN
from bot.panel.texts import sentences
from bot.panel.texts.answers import LONGEST
from tests.fakes.language_model import ROUTER
from tests.fakes.messenger import RecordingMessenger
from tests.panel.conftest import Bench, consult, consult_later

WORDS = "word " * (LONGEST // 5 + 1_000)


@pytest.fixture
def roomy(make_bench) -> Bench:
    """A bench whose messages are as long as Slack's."""
    return make_bench(messenger=RecordingMessenger(limit=11_500))


def posted(bench: Bench) -> str:
    return "".join(post.text for _, _, post in bench.messenger.posts if not post.stored_files)


async def test_what_is_left_out_of_an_answer_is_said_and_comes_as_a_file(roomy):
    late = Citation(DocumentId("D1"), "late.md", at=len(WORDS))
    roomy.model.script("legal", ModelSaid(WORDS, citations=(late,)))

    await roomy.ask("legal: Tell me all.")

    shown = posted(roomy)
    assert shown.count("word") == LONGEST // 5
    assert f"word\n\n{sentences.answer_cut(LONGEST)}\n\n**Sources**" in shown
    assert roomy.files.stored == [("answer.md", WORDS.encode())]


async def test_what_a_router_writes_is_cut_with_a_line_that_says_so(roomy):
    roomy.model.script(ROUTER, WORDS)

    await roomy.ask("Tell me all.")

    assert posted(roomy).endswith(sentences.answer_cut(LONGEST))


async def test_the_router_gets_no_more_of_an_answer_than_people_do(roomy):
    roomy.model.script(ROUTER, [consult("legal")])
    roomy.model.script("legal", WORDS)

    await roomy.ask("Tell me all.")

    (told,) = [item for item in roomy.model.items_of(ROUTER) if isinstance(item, ToolAnswered)]
    assert len(told.output) < LONGEST + 500


async def test_a_reply_of_too_many_messages_ends_with_a_line_and_the_buttons(make_bench):
    bench = make_bench(messenger=RecordingMessenger(limit=10))
    bench.model.script("legal", "x" * 10 * (MOST_OF_REPLY + 5))

    await bench.ask("legal: Tell me all.")

    texts = [post.text for _, _, post in bench.messenger.posts]
    assert texts == ["x" * 10] * MOST_OF_REPLY + [sentences.messages_left_out(5)]
    assert [post.ends_reply for _, _, post in bench.messenger.posts] == [False] * 20 + [True]


async def test_one_turn_posts_a_bounded_number_of_messages(make_bench):
    bench = make_bench(messenger=RecordingMessenger(limit=10))
    bench.model.reply = lambda prompt: "x" * 10 * 19
    bench.model.script(ROUTER, consult_later("legal", *(f"call_{n}" for n in range(8))), "So.")

    await bench.ask("Tell me all.")

    assert len(bench.messenger.posts) <= MOST_OF_TURN + 2 * 8 + 1
    assert bench.messenger.said[-1] == (None, "So.")
    endings = [post for _, _, post in bench.messenger.posts if post.ends_reply]
    assert len(endings) == 8 + 1


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("stop_at", [4, 42, 44, 45, 46, 47, 48])
async def test_stopped_anywhere_the_line_is_said_once(make_bench, stop_at, after):
    bench = make_bench(messenger=RecordingMessenger(limit=10))
    bench.model.reply = lambda prompt: "x" * 10 * (MOST_OF_REPLY + 5)

    claim = await bench.claim("legal: Tell me all.")
    await bench.die(claim, stop_at, after=after)
    await bench.resume(claim)

    assert len(bench.messenger.posts) == MOST_OF_REPLY + 1
    assert bench.messenger.said[-1][1] == sentences.messages_left_out(5)
