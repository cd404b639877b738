import time

from bot.panel.model import Expert, ExpertName
from bot.panel.roster.search import found


def expert(name: str, title: str, purpose: str = "All.") -> Expert:
    return Expert(ExpertName(name), title, ":x:", purpose, "Read.")


PANEL = [
    expert("law", "Counsel", "Contracts, taxes."),
    expert("syntax", "Grammarian"),
    expert("money", "Tax Partner", "Duties."),
]


def test_experts_are_found_by_name_title_and_purpose_the_best_first():
    assert [one.name for one in found("TAX", PANEL)] == ["money", "syntax", "law"]
    assert [one.name for one in found("tax duties", PANEL)] == ["money"]
    assert found("zebra", PANEL) == []
    assert len(found(" ", PANEL)) == 3


def test_500_are_searched_in_a_moment():
    crowd = [expert(f"n{n}", f"Number {n}", "x" * 200) for n in range(500)]
    begun = time.process_time()
    found("number nine hundred x x x " * 100, crowd)
    assert time.process_time() - begun < 1
