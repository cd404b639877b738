import pytest

from bot.adapters.slack.markdown.limits import size
from bot.adapters.slack.markdown.split_points import keeps_characters


@pytest.mark.parametrize(("text", "units"), [("abc", 3), ("\u00e9", 1), ("\U0001f389", 2)])
def test_size_counts_utf16_units(text: str, units: int) -> None:
    assert size(text) == units


@pytest.mark.parametrize("text", ["a\u0301", "&lt;", "&#39;", "**", "\\*", "\U0001f44d\U0001f3fd"])
def test_characters_and_entities_are_not_cut(text: str) -> None:
    assert not any(keeps_characters(text, place) for place in range(1, len(text)))
    assert keeps_characters(text, len(text))


def test_flags_are_cut_only_between_their_pairs() -> None:
    flags = "\U0001f1e9\U0001f1ea\U0001f1eb\U0001f1f7"
    assert [keeps_characters(flags, place) for place in (1, 2, 3)] == [False, True, False]


def test_an_ampersand_without_a_semicolon_is_no_entity() -> None:
    assert keeps_characters("R&D; no", 2) is False
    assert keeps_characters("R&D no", 2) is True
