"""Nothing of what people approve is hidden from them."""

import json

import pytest

from bot.panel.approvals import shown
from bot.panel.model import RequestId
from bot.panel.tools import ApprovalWanted


@pytest.mark.parametrize("char", [*"\u202e\u2066\u200b\u200d\u00ad\ufeff\u2028\u0085\u00a0\u3000"])
@pytest.mark.parametrize("escaped", [True, False])
def test_characters_that_hide_or_turn_others_are_shown_as_such(char, escaped):
    text = json.dumps({"to": f"a{char}b"}, ensure_ascii=escaped)
    assert shown.arguments(text) == f'to: "a⟨U+{ord(char):04X}⟩b"'


@pytest.mark.parametrize(
    "char", [*"\u034f\u115f\u2800\u3164\ufe0f\U000e0041\U000e0101\ue000\u0378"]
)
def test_so_are_blanks_variations_tags_and_what_no_font_has(char):
    assert shown.arguments(json.dumps({"a": char})) == f'a: "⟨U+{ord(char):04X}⟩"'


def test_half_a_character_is_shown_as_such():
    assert shown.arguments('{"a": "\\ud800"}') == 'a: "⟨U+D800⟩"'


def test_nothing_can_pretend_to_be_shown_as_such():
    assert shown.arguments('{"a": "⟨U+202E⟩"}') == 'a: "⟨U+27E8⟩U+202E⟨U+27E9⟩"'


@pytest.mark.parametrize("text", ["Größe", "привет", "日本語とPython", "مرحبا", "नमस्ते", "𝄞 🙂"])
def test_people_read_their_own_languages(text):
    assert shown.arguments(json.dumps({"a": text})) == f'a: "{text}"'


def test_letters_that_pretend_to_be_latin_are_shown_as_such():
    text = json.dumps({"to": "https://p\u0430ypal.example", "b": "\u0391dmin"})
    assert shown.arguments(text) == ('to: "https://p⟨U+0430⟩ypal.example"\nb: "⟨U+0391⟩dmin"')


def test_marks_that_cover_their_neighbours_are_shown_as_such():
    assert shown.arguments(json.dumps({"a": "e\u0301\u0302\u0303!"})) == (
        'a: "e\u0301\u0302⟨U+0303⟩!"'
    )


def test_what_stands_twice_is_shown_twice_and_numbers_stay_as_written():
    text = '{"to": "a", "to": "b", "n": 1e400, "x": {"k": 1.50, "k": [null, true, -0]}}'
    assert shown.arguments(text) == (
        'to: "a"\nto: "b"\nn: 1e400\nx: {"k": 1.50, "k": [null, true, -0]}'
    )


def test_a_line_in_an_argument_does_not_look_like_another_argument():
    text = json.dumps({"title": "Sale\namount: 1\n\nEnd \\n", "amount": 9})
    assert shown.arguments(text) == ('title: "Sale\\n\n│ amount: 1\\n\\n\n│ End \\\\n"\namount: 9')


def test_odd_names_of_arguments_are_shown_in_ascii():
    text = json.dumps({"am\u043eunt": 1, "a: 1\nb": 2, "`": 3})
    assert shown.arguments(text) == '"am⟨U+043E⟩unt": 1\n"a: 1\\nb": 2\n"⟨U+0060⟩": 3'


def test_long_lines_go_on_behind_a_bar():
    lines = shown.arguments(json.dumps({"a": " " * 250 + "!"})).split("\n")
    assert [len(line) for line in lines] == [100, 102, 58]
    assert all(line.startswith("│ ") for line in lines[1:])


@pytest.mark.parametrize("text", ["not JSON", '["a"]', '{"a": 1} and more', "[" * 50_000])
def test_arguments_of_another_kind_stand_as_they_are(text):
    assert shown.arguments(text).replace("\n│ ", "") == text


@pytest.mark.parametrize("text", ["", " ", "{}"])
def test_no_arguments_are_called_so(text):
    assert shown.arguments(text) == "(nothing)"


@pytest.mark.parametrize("evil", ["```", "````", "&lt;!channel&gt;", "&#x3C;"])
def test_nothing_leaves_the_block_or_turns_into_something_else(evil):
    text = shown.arguments(json.dumps({"a": evil}))
    assert "```" not in text
    assert "&" not in text


def test_names_are_shown_in_ascii():
    assert shown.name("op\u0435n`\u202e<") == "`op⟨U+0435⟩n⟨U+0060⟩⟨U+202E⟩⟨U+003C⟩`"


def test_the_hash_tells_every_byte_apart():
    def digest(**fields: str) -> str:
        parts = {"request": "r", "server": "s", "tool": "t", "arguments": "{}"} | fields
        request = RequestId(parts.pop("request"))
        return shown.digest([ApprovalWanted(request, **parts)])

    others = {digest(**{name: "x"}) for name in ("request", "server", "tool", "arguments")}
    assert len(others | {digest(), digest(arguments="{} "), digest(arguments="\ud800")}) == 7
