import pytest

from bot.panel.model import Expert, ExpertName
from bot.panel.roster.suggestions import MAX_SUGGESTIONS, suggestions


def expert(name: str, purpose: str) -> Expert:
    return Expert(ExpertName(name), name.title(), ":a:", purpose, "…")


def test_a_panel_suggests_what_its_experts_are_for():
    panel = [expert("tax", "Taxes, duties."), expert("hr", "GDPR; contracts"), expert("ops", "Ops")]

    found = suggestions(panel)

    assert len(found) <= MAX_SUGGESTIONS
    assert [one.message for one in found] == [
        "everyone: Should we build this ourselves or buy it?",
        "tax: What should we look out for when it comes to taxes?",
        "hr: What should we look out for when it comes to GDPR?",
        "experts",
    ]
    assert found[1].title == "Ask Tax"


def test_one_expert_is_not_everyone():
    assert [one.message[:4] for one in suggestions([expert("tax", "Taxes.")])] == ["tax:", "expe"]


def test_a_panel_of_nobody_can_be_met():
    assert [one.message for one in suggestions([])] == ["experts"]


@pytest.mark.parametrize("purpose", ["", "…", "x" * 200])
def test_whatever_people_wrote_makes_a_short_question(purpose):
    assert len(suggestions([expert("tax", purpose)])[0].message) < 130


def test_more_than_can_be_asked_at_once_are_not_suggested():
    panel = [expert(f"e{number}", "Taxes.") for number in range(51)]
    assert [one.message for one in suggestions(panel) if "everyone" in one.message] == []
