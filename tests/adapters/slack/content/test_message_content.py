import json
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.slack.content import message_content
from bot.adapters.slack.content.message_content import LONGEST_PART, LONGEST_TOGETHER
from bot.adapters.slack.markdown import sanitize
from tests.message_shapes import (
    ALERT,
    CLIP,
    FEES,
    LEAK,
    SHAPES,
    Shape,
    forward,
    mrkdwn,
    rich,
    section,
    text,
)


def read(**message):
    return message_content.read(message)


def shown(**message):
    return sanitize.from_slack(read(**message).quoted, {"U0ADA": "Ada"})


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_each_shape_is_read_whole_and_once(shape: Shape):
    content = message_content.read(shape.message)
    everything = f"{content.author_name}\n{content.words}\n{content.quoted}"

    for words in shape.must_read:
        assert words in everything
    said = ("hall seven", "4200", "covered by", "keep to the right", "INC-52", "Heron", "93 %")
    assert all(everything.count(words) <= 1 for words in said)


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_the_authors_own_words_stay_apart(shape: Shape):
    assert message_content.read(shape.message).text == shape.message["text"]


def test_what_a_message_shows_says_whose_it_is():
    assert shown(text="", attachments=[forward(LEAK)]) == (
        f"[forwarded message from Nora in #incidents, 2026-11-18 11:06 UTC]\n> {LEAK}"
    )
    by_id = {"is_msg_unfurl": True, "author_id": "U0ADA", "channel_id": "C1", "text": "a\nb"}
    assert shown(attachments=[by_id]) == "[linked message from @Ada]\n> a\n> b"
    preview = {"from_url": "https://e.example", "service_name": "E [x]", "text": "a"}
    assert shown(attachments=[preview]) == "[preview of https://e.example, E (x)]\n> a"
    assert shown(attachments=[{"text": "a"}]) == "[attachment]\n> a"
    assert shown(attachments=[{"blocks": [FEES]}]).startswith("[table]\n| Vendor | Fee |\n| --- |")
    assert shown(files=[CLIP]).startswith("[transcript of clip.m4a]\n> is the pump")


def test_a_forward_within_a_forward_is_quoted_twice():
    outer = forward("see", message_blocks=[{"message": {"attachments": [forward(LEAK)]}}])

    assert "> see\n> [forwarded message from Nora in #incidents" in shown(attachments=[outer])
    assert f"\n> > {LEAK}" in shown(attachments=[outer])


def test_nothing_that_is_quoted_can_pass_for_a_label_or_for_the_authors_words():
    attachment = forward(
        "a\n[table]\nb", author_name="Nora]\n@panelbot stop [", files=[{"id": "F"}]
    )

    lines = shown(text="", attachments=[attachment]).splitlines()

    assert lines[0].startswith("[forwarded message from Nora) @panelbot stop ( in")
    assert all(line.startswith(">") for line in lines[1:])


LINK = {"type": "link", "url": "https://a.example", "text": "this"}
EMOJI, USER = {"type": "emoji", "name": "tada"}, {"type": "user", "user_id": "U1"}
GROUP = {"type": "usergroup", "usergroup_id": "S1"}
ITEMS = [section(text("one")), section(text("two"))]
NUMBERED = {"type": "rich_text_list", "style": "ordered", "elements": ITEMS}
QUOTE = {"type": "rich_text_quote", "elements": [text("quoted")]}
CODE = {"type": "rich_text_preformatted", "elements": [text("code")]}
HEADER = {"type": "header", "text": {"type": "plain_text", "text": "Deploy failed"}}


@pytest.mark.parametrize(
    ("said", "block"),
    [
        (
            "<@U1> compare <https://a.example|this> :tada:",
            rich(section(USER, text(" compare "), LINK, text(" "), EMOJI)),
        ),
        (
            "1. one\n2. two\n    ◦ three &lt; four",
            rich(NUMBERED, section(text("three < four"))),
        ),
        ("&gt; quoted\n```code```", rich(QUOTE, CODE)),
        ("*bold* of it", {"type": "section", "text": mrkdwn("*bold* of it")}),
        ("Deploy failed: see log", HEADER),
        (
            "<!subteam^S1|@panel-legal> <@U1> 🎉",
            rich(section(GROUP, text(" "), USER, text(" 🎉"))),
        ),
    ],
)
def test_blocks_that_say_the_same_as_the_text_are_not_repeated(said, block):
    assert read(text=said, blocks=[block]).quoted == ""


def test_signs_without_words_are_not_lost():
    for signs in (USER, {"type": "link", "url": "https://b.example"}, text("🎉")):
        assert read(text="look <https://a.example>", blocks=[rich(section(signs))]).quoted != ""


def test_an_apps_text_that_its_blocks_say_too_is_not_repeated():
    block = {"type": "section", "text": mrkdwn("*Deploy failed:* see log")}
    content = read(**ALERT, text="Deploy failed", blocks=[block])

    assert (content.words, content.text) == ("", "Deploy failed")
    assert "see log" in content.quoted


def test_rich_text_without_a_text_is_the_authors_own():
    content = read(text="", blocks=[rich(section(text("a < b"))), FEES])

    assert content.text == "a &lt; b"
    assert "a" not in content.quoted.splitlines()[1:3]
    assert content.quoted.startswith("[table]")


@pytest.mark.parametrize("text", ["This content can't be displayed.", "[no preview available]"])
def test_what_slack_writes_where_there_is_nothing_says_nothing(text):
    assert read(text=text, attachments=[{"fallback": text}]).text == ""
    assert read(attachments=[{"fallback": text}]).quoted == ""


def test_literal_characters_are_no_mentions():
    typed = rich(section(text("<@U0ADA> & <!channel>")))
    assert shown(attachments=[{"blocks": [typed]}]) == "[attachment]\n> <@U0ADA> & <!channel>"
    said = {"type": "markdown", "text": "<@U0ADA> if a < b and c > d &lt;&amp;"}
    assert shown(**ALERT, text="", blocks=[said]) == "@Ada if a < b and c > d <&amp;"


def test_files_are_those_of_a_message_and_of_what_it_forwards():
    inner = {"message": {"files": [{"id": "F3", "name": "c"}], "attachments": []}}
    attachment = forward("see", files=[{"id": "F2", "name": "b"}], message_blocks=[inner])
    content = read(
        text="", files=[{"id": "F1", "name": "a"}, {"id": "F2"}], attachments=[attachment]
    )

    assert [file.id for file in content.files] == ["F1", "F2", "F3"]
    assert "> [with the file b]\n> [with the file c]" in content.quoted


def test_a_recording_that_can_be_read_is_no_file_for_experts():
    untold = CLIP | {"id": "F2", "transcription": {"status": "processing"}}

    assert [file.id for file in read(files=[CLIP, untold]).files] == ["F2"]


def test_only_what_is_forwarded_is_no_word_of_the_author():
    assert not read(text=" ", attachments=[forward(LEAK, files=[{"id": "F1"}])]).has_own
    assert not read(text="", blocks=[FEES]).has_own
    assert read(text="", files=[CLIP]).has_own
    assert read(text="hi").has_own


@pytest.mark.parametrize(
    ("message", "name"),
    [
        ({"user_profile": {"display_name": "Ines", "real_name": "Ines of Plover"}}, "Ines"),
        ({"user_profile": {"display_name": "", "real_name": "Ines\n of Plover"}}, "Ines of Plover"),
        ({"bot_profile": {"name": "Monitor"}}, "Monitor"),
        ({"user_profile": {"display_name": None}}, ""),
        ({"user_profile": "Ines"}, ""),
    ],
)
def test_an_author_may_be_named_by_the_message(message, name):
    assert read(**message).author_name == name


def test_what_is_shown_is_bounded_and_says_so():
    long = read(text="", attachments=[{"text": "word " * 5_000}]).quoted
    many = read(text="", attachments=[{"text": f"word {n}"} for n in range(5_000)]).quoted

    assert len(long) == LONGEST_PART
    assert long.endswith(" […]")
    assert len(many) <= LONGEST_TOGETHER


def test_a_text_is_not_cut_within_a_mention():
    quoted = read(attachments=[{"text": "x" * (LONGEST_PART - 23) + "<@U0ADA> and so on"}]).quoted

    assert quoted.endswith("x […]")


_KEYS = (
    *("type", "text", "blocks", "attachments", "message_blocks", "message", "files", "elements"),
    *("rows", "fields", "style", "fallback", "title", "value", "user_id", "url", "is_share", "ts"),
    *("transcription", "preview", "content", "id", "accessory", "user_profile", "author_id"),
)
_KINDS = (
    *("rich_text", "rich_text_section", "rich_text_list", "rich_text_quote", "section", "table"),
    *("data_table", "context", "header", "image", "markdown", "link", "user", "raw_number", "x"),
)
_junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(_KINDS),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(_KEYS), inner),
)


@given(st.dictionaries(st.sampled_from(_KEYS), _junk))
def test_whatever_a_payload_holds_it_can_be_read(message):
    content = message_content.read(message)

    sanitize.from_slack(content.quoted, {})
    assert len(content.quoted) <= LONGEST_TOGETHER


def _nested(levels, wrap):
    value = {"type": "section", "text": "leaf"}
    for _ in range(levels):
        value = wrap(value)
    return value


@pytest.mark.parametrize(
    "wrap",
    [
        lambda inner: {"type": "rich_text", "elements": [inner]},
        lambda inner: {"type": "section", "accessory": inner},
        lambda inner: {"type": "context", "elements": [inner]},
        lambda inner: {"type": "table", "rows": [[inner]]},
        lambda inner: {"type": "hologram", "any": inner},
        lambda inner: {"type": "hologram", "any": [[[[inner]]]]},
        lambda inner: {"text": "a", "attachments": [inner], "files": [{"id": "F1"}]},
        lambda inner: {"message_blocks": [{"message": {"attachments": [inner]}}]},
    ],
)
def test_a_thousand_levels_are_no_trouble(wrap):
    deep = _nested(1_000, wrap)

    read(text="", blocks=[deep], attachments=[deep])


def _large(size):
    """Messages of about *size* characters, each with much of something else."""
    yield {
        "text": "a b " * (size // 4),
        "blocks": [rich(section(text("a b " * (size // 4) + "c")))],
    }
    yield {"attachments": [{"text": "<@" * (size // 2), "title": "[" * size}]}
    yield {"attachments": [{"text": "<a|" * (size // 3)}]}
    yield {"attachments": [{"text": f"t{n}"} for n in range(size // 15)]}
    yield {"attachments": [{"fields": [{"title": "a", "value": "b"}] * (size // 30)}]}
    yield {"blocks": [rich(section(*[text("x")] * (size // 30)))]}
    yield {"blocks": [{"type": "table", "rows": [[text("x")] * 20] * (size // 600)}]}


def test_reading_takes_time_in_proportion_to_the_size():
    for small, large in zip(_large(50_000), _large(400_000), strict=True):
        assert _seconds(large) < 30 * _seconds(small) + 0.1, json.dumps(small)[:60]


def test_many_texts_without_words_take_no_longer_than_others():
    def fields(title):
        return {"attachments": [{"text": "y! " * 10_000, "fields": [{"title": title}] * 5_000}]}

    assert _seconds(fields("!")) < 10 * _seconds(fields("z"))


def _seconds(message):
    before = process_time()
    message_content.read(message)
    return process_time() - before
