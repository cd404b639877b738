"""Files on their way from a message to the experts."""

from dataclasses import replace

import pytest

from bot.panel.errors import (
    MessengerRefused,
    MessengerUnavailable,
    ModelFault,
    ModelRefused,
)
from bot.panel.language_model.exchange import Attachment, UserSaid
from bot.panel.language_model.files import attachments
from bot.panel.model import FileId, MessageTs, SharedFile, Steer, Wish
from bot.panel.texts import sentences
from bot.panel.threads import follow_ups
from bot.panel.utterance import Utterance
from tests.fakes.language_model import ROUTER
from tests.panel.conftest import HURRY, consult

PDF = b"%PDF-1.7"


def said(bench):
    return bench.messenger.said


def given(bench, expert):
    """What the expert read last, and the names of what was attached to it."""
    last = bench.model.asked(expert)[-1].items[-1]
    assert isinstance(last, UserSaid)
    return last.text, [one.name for one in last.attachments]


async def test_each_expert_gets_the_files_once_and_the_router_none(bench):
    pdf, code = bench.files.put("a.pdf", PDF), bench.files.put("a.py", b"print('</file>')")
    bench.model.script(ROUTER, [consult("legal"), consult("finance")], "Agreed.")

    await bench.ask("Look", "1.0", pdf, code)

    for expert in ("legal", "finance"):
        text, names = given(bench, expert)
        assert names == ["a.pdf"]
        assert text.endswith(
            "<file name=\"a.py\">\nprint('&lt;/file>')\n</file>\n"
            '<file name="a.pdf">\n(attached)\n</file>'
        )
    for prompt in bench.model.asked(ROUTER):
        assert not any(isinstance(i, UserSaid) and i.attachments for i in prompt.items)
    assert bench.files.read_so_far == [pdf.id, code.id]


async def test_what_cannot_be_used_is_named_once_and_the_rest_is_used(bench):
    good, bad = bench.files.put("a.pdf", PDF), bench.files.put("b.zip", b"PK\3\4\xff")
    gone = SharedFile(FileId("F9"), "gone.txt", size=3)
    bench.model.script(ROUTER, [consult("legal")])

    await bench.ask("Look", "1.0", good, bad, gone)

    assert given(bench, "legal")[1] == ["a.pdf"]
    (notice,) = [text for _, text in said(bench) if text.startswith(":paperclip:")]
    assert "`b.zip` is of a kind" in notice
    assert "`gone.txt` is gone" in notice


async def test_a_file_alone_is_a_message(bench):
    bench.model.script(ROUTER, [consult("legal")])
    await bench.ask("", "1.0", bench.files.put("a.pdf", PDF))
    assert given(bench, "legal")[1] == ["a.pdf"]


async def test_files_from_before_the_panel_was_called_are_read_too(bench):
    pdf = bench.files.put("a.pdf", PDF)
    bench.transcript.history = [Utterance(MessageTs("1.0"), "Ada", "The contract", (pdf,))]
    bench.model.script(ROUTER, [consult("legal")])

    await bench.ask("What does it say?", "2.0")

    assert given(bench, "legal")[1] == ["a.pdf"]


async def test_slack_is_asked_again_before_a_file_is_given_up(bench):
    pdf = bench.files.put("a.pdf", PDF)
    bench.files.errors.extend([MessengerUnavailable("down")] * 2)
    bench.model.script(ROUTER, [consult("legal")])
    await bench.ask("Look", "1.0", pdf)
    assert given(bench, "legal")[1] == ["a.pdf"]


@pytest.mark.parametrize(
    "errors", [[MessengerUnavailable("down")] * 3, [MessengerRefused("missing_scope")]]
)
async def test_a_file_that_slack_keeps_does_not_keep_the_answer(bench, errors):
    bench.files.errors.extend(errors)
    bench.model.script(ROUTER, [consult("legal")])
    bench.model.script("legal", "Without it: yes.")

    await bench.ask("Look", "1.0", bench.files.put("a.pdf", PDF))

    assert ("Legal Counsel", "Without it: yes.") in said(bench)
    sorry = ":paperclip: I could not get `a.pdf` from Slack; please attach it again."
    assert (None, sorry) in said(bench)


async def test_a_slow_file_does_not_keep_the_answer(make_bench):
    bench = make_bench(timeouts=replace(HURRY, files=0.01))
    bench.files.is_slow = True
    bench.model.script(ROUTER, [consult("legal")])
    await bench.ask("Look", "1.0", bench.files.put("a.pdf", PDF))
    assert given(bench, "legal")[1] == []
    assert [text for _, text in said(bench) if "`a.pdf`" in text]


async def test_a_file_that_is_too_large_is_not_even_fetched(bench):
    large = SharedFile(FileId("F1"), "a.pdf", size=attachments.LARGEST + 1)
    bench.model.script(ROUTER, [consult("legal")])
    await bench.ask("Look", "1.0", large)
    assert bench.files.read_so_far == []
    sorry = ":paperclip: `a.pdf` is larger than 10 MB, the most that I take."
    assert (None, sorry) in said(bench)


async def test_files_have_a_limit_together(bench):
    content = PDF.ljust(attachments.LARGEST, b"x")
    files = [bench.files.put(f"{n}.pdf", content) for n in range(3)]
    bench.model.script(ROUTER, [consult("legal")])
    await bench.ask("Look", "1.0", *files)
    assert given(bench, "legal")[1] == ["0.pdf", "1.pdf"]
    sorry = ":paperclip: With `2.pdf` the files would be larger than 20 MB together."
    assert (None, sorry) in said(bench)


async def test_of_too_many_files_the_newest_are_read(bench):
    files = [bench.files.put(f"{n}.pdf", PDF) for n in range(attachments.MOST + 1)]
    bench.model.script(ROUTER, [consult("legal")])
    await bench.ask("Look", "1.0", *files)
    assert given(bench, "legal")[1] == [f"{n}.pdf" for n in range(1, attachments.MOST + 1)]
    sorry = ":paperclip: `0.pdf` is one too many: I take 10 files at once."
    assert (None, sorry) in said(bench)


async def test_an_expert_whose_model_cannot_open_files_answers_without_them(bench):
    bench.model.script(ROUTER, [consult("legal")])
    bench.model.script(
        "legal", [ModelRefused(ModelFault.BAD_REQUEST, "HTTP 400")], "In general: yes."
    )

    await bench.ask("Look", "1.0", bench.files.put("a.pdf", PDF))

    answer = "In general: yes.\n\n:paperclip: _The model could not open these files:_ `a.pdf`"
    assert ("Legal Counsel", answer) in said(bench)
    first, second = bench.model.asked("legal")
    assert first.items[-1].attachments == (Attachment("a.pdf", "application/pdf", PDF),)
    assert second.items[-1].attachments == ()


async def test_naming_a_useless_file_is_no_answer(bench):
    bench.model.script(ROUTER, "")
    await bench.ask("Look", "1.0", bench.files.put("b.zip", b"PK\3\4\xff"))
    assert [text for _, text in said(bench)][1:] == [sentences.nothing_said()]


def test_a_pressed_button_is_about_the_files_of_the_question():
    file = SharedFile(FileId("F1"), "a.pdf")
    asked = [Utterance(MessageTs("1.0"), "Ada", "Look", (file,))]
    pressed = Utterance(MessageTs("2.0"), "Ada", "")
    steer = Steer(Wish.AGAIN, MessageTs("1.0"), MessageTs("1.0"))
    assert follow_ups.request(steer, pressed, asked).files == (file,)
