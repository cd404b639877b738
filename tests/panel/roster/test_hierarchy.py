from dataclasses import replace

import pytest

from bot.panel.errors import Refused
from bot.panel.model import Expert, ExpertName, Panel
from bot.panel.roster.hierarchy import check_consulted, consulted


def expert(name: str, *asks: str, **more: object) -> Expert:
    one = Expert(ExpertName(name), name.title(), ":x:", "…", "…")
    return replace(one, consults=tuple(map(ExpertName, asks)), **more)  # type: ignore[arg-type]


PANEL = Panel((expert("a", "b", "c", "gone"), expert("b", "c", "a"), expert("c")))


@pytest.mark.parametrize(
    ("path", "levels", "names"),
    [
        ("a", 2, "bc"),
        ("a", 1, ""),
        ("ab", 2, ""),
        ("ab", 3, "c"),  # not a, who asks
        ("c", 3, ""),
        ("gone", 3, ""),
    ],
)
def test_an_expert_may_ask_who_is_there_not_above_it_and_not_too_deep(path, levels, names):
    steps = ["gone"] if path == "gone" else list(path)
    found = consulted(PANEL, [ExpertName(step) for step in steps], levels)
    assert [one.name for one in found.experts] == list(names)


@pytest.mark.parametrize(
    ("changed", "others", "way"),
    [
        (expert("a", "b"), [expert("b", "a")], "A → B → A"),
        (expert("a", "b"), [expert("b", "c"), expert("c", "a")], "A → B → C → A"),
        (expert("a", "b", "c"), [expert("b"), expert("c", "a")], "A → C → A"),
    ],
)
def test_a_circle_is_refused_and_told(changed, others, way):
    with pytest.raises(Refused, match=way) as refused:
        check_consulted(changed, Panel(tuple(others)))
    assert refused.value.field == "consults"


def test_others_in_a_circle_among_themselves_are_no_reason_to_look_for_ever():
    others = [expert("b", "c"), expert("c", "b")]
    assert check_consulted(expert("a", "b"), Panel(tuple(others))).consults == ("b",)


def test_nobody_consults_itself():
    with pytest.raises(Refused, match="itself"):
        check_consulted(expert("a", "a"), Panel(()))


def test_a_function_consults_nobody():
    with pytest.raises(Refused, match="function"):
        check_consulted(expert("a", "b", function="a"), Panel((expert("b"),)))


def test_names_are_in_order_once_and_on_the_panel():
    others = Panel((expert("b"), expert("c")))
    assert check_consulted(expert("a", "c", "b", "c", "gone"), others).consults == ("b", "c")
