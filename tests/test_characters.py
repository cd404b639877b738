import json

from hypothesis import given
from hypothesis import strategies as some

from bot.characters import Joiner, whole, whole_json

units = some.lists(some.integers(0, 0xFFFF) | some.sampled_from([0x41, 0xD83D, 0xDE00]))
texts = units.map(lambda codes: "".join(map(chr, codes)))


def test_what_is_nested_too_deeply_is_left_out() -> None:
    value: object = "end"
    for _ in range(3_000):
        value = [value]

    left = whole_json(value)
    assert len(json.dumps(left)) < 300


@given(texts)
def test_what_is_whole_can_be_sent_and_stays(text):
    sent = whole(text).encode().decode()
    assert sent == whole(sent) == whole(text)


@given(some.text())
def test_a_text_without_halves_stays_as_it_is(text):
    assert whole(text) == text


def test_halves_are_joined_or_replaced():
    assert whole("a\ud83d\ude00b") == "a😀b"
    assert whole("a\ud83d b\ude00") == "a� b�"


@given(some.text(some.sampled_from("ab😀🎉ß")), some.data())
def test_a_text_may_be_cut_anywhere_in_utf_16(text, data):
    halves = text.encode("utf-16-le")
    cut = 2 * data.draw(some.integers(0, len(halves) // 2))
    joiner = Joiner()
    pieces = (halves[:cut], halves[cut:])
    joined = "".join(joiner.join(piece.decode("utf-16-le", "surrogatepass")) for piece in pieces)
    assert joined == text


@given(some.recursive(some.none() | some.integers() | texts, lambda inner: some.lists(inner)
       | some.dictionaries(texts, inner)))  # fmt: skip
def test_json_becomes_whole_throughout(value):
    json.dumps(whole_json(value), ensure_ascii=False).encode()
