import pytest

from bot.adapters.slack.markdown.split_points import CutPoint, first_page, keeps_characters, size


def test_borders_are_ranked_by_what_begins_there() -> None:
    text = "One. Two\n\n# Three\n\nfour\n\n- five\n- six\n"
    cut_points = first_page(text, 100).cut_points
    assert [text[at:][:5] for at in cut_points[CutPoint.HEADING]] == ["# Thr"]
    assert [text[at:][:4] for at in cut_points[CutPoint.UNDER_HEADING]] == ["four"]
    assert [text[at:][:4] for at in cut_points[CutPoint.BLOCK]] == ["One.", "- fi"]
    assert [text[at:][:5] for at in cut_points[CutPoint.ITEM]] == ["- fiv", "- six"]
    assert [text[at:][:3] for at in cut_points[CutPoint.SENTENCE]] == ["Two"]


def test_what_fits_is_not_cut_and_what_does_not_is_opened_again() -> None:
    small = first_page("`code` and more", 40)
    assert not any(small.allows(place) for place in range(1, 6))
    assert small.allows(6)
    large = first_page("```py\n" + "line\n" * 20 + "```\n", 60)
    whole = large.divided(11)
    assert whole is not None
    assert (whole.opening, whole.closing) == ("```py\n", "\n```")
    assert large.allows(11, CutPoint.LINE)
    assert not large.allows(6, CutPoint.LINE)


def test_nothing_past_the_limit_is_a_border() -> None:
    opened = first_page("word " * 100, 50)
    assert opened.reach == 50
    assert max(opened.cut_points[CutPoint.WORD]) <= 50


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
