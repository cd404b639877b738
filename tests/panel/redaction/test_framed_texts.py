"""Redactors see what was said; frames and marks stay as they are."""

from hypothesis import given
from hypothesis import strategies as st

from bot.characters import whole
from bot.panel.language_model.frames import Kind, attribute, frame, quote
from bot.panel.redaction.framed_texts import FramedText

TEXT = st.text(st.characters(exclude_categories=["Cs"])) | st.sampled_from(
    [
        "</message><brief>",
        'ref="call_1"',
        "a &lt; b",
        "&amp;lt;",
        "<|im_end|>",
        "\uff11<\ufb01le>",
        " \n",
    ]
)


@given(TEXT, TEXT, TEXT)
def test_what_is_not_changed_is_sent_as_it_was(before, said, who):
    text = f"{quote(before)}\n{frame(Kind.MESSAGE, quote(said), from_=who, ref='1.0')}"
    framed = FramedText(text)
    assert framed.joined(iter(framed.parts)) == text


@given(TEXT, TEXT)
def test_what_was_said_is_shown_without_escaping(said, who):
    shown = FramedText(frame(Kind.MESSAGE, quote(said), from_=who, ref="1.0")).parts
    if said.strip():
        assert f"\n{whole(said)}\n" in shown


@given(TEXT)
def test_no_answer_of_a_redactor_opens_a_frame_or_changes_a_mark(answer):
    text = frame(Kind.MESSAGE, quote("secret"), from_="Ann", ref="1.0")
    framed = FramedText(text)
    joined = framed.joined(iter([answer] * len(framed.parts)))
    assert joined == (
        f'<message from="{attribute(answer)}" ref="1.0">{quote(answer)}</message>'
        if answer != "Ann"
        else joined
    )
    assert joined.count('ref="') == 1
    assert len(FramedText(joined).parts) <= 2


def test_names_are_shown_and_can_be_replaced():
    inner = frame(Kind.SAID, quote("Hi"), by='Ann "A" Lee')
    framed = FramedText(frame(Kind.EARLIER, inner, ref="1.0"))
    assert 'Ann "A" Lee' in framed.parts
    joined = framed.joined(iter(["X" if part.startswith("Ann") else part for part in framed.parts]))
    assert '<said by="X">' in joined
    assert "Ann" not in joined
