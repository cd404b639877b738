import json
from xml.etree import ElementTree

import pytest

from bot.operations.evaluation import reports
from bot.operations.evaluation.evaluation import Run
from bot.operations.evaluation.notes import Note
from bot.operations.evaluation.questions import Question
from bot.operations.evaluation.scores import Choice


def run_of(*choices: Choice) -> Run:
    return Run("A panel", "v1", "rules", choices, [Note("key", ())] * len(choices))


def choice(chosen: str, right: str, text: str = "May we?", id_: str = "one") -> Choice:
    question = Question(id_, text, (frozenset(right.split()),), tags=("a\nb | c",))
    return Choice(question, frozenset(chosen.split()))


def test_each_row_of_a_table_is_a_line_without_markup():
    odd = choice("tax", "legal", "a \\| b `c` <img src=x> [d](e)\n| f", "id\n|")

    report = reports.as_markdown(run_of(odd))

    assert (
        "| id \\| | a \\\\\\| b \\`c\\` \\<img src=x\\> \\[d\\](e) \\| f | legal | tax    |"
        in report
    )
    assert all(line.endswith("|") for line in report.splitlines() if line.startswith("|"))
    assert "| a b \\| c |" in report


@pytest.mark.parametrize("odd", ["\x07", "\x1b[31m", "\ufffe", "\U0001ffff", "\x85"])
def test_xml_has_no_characters_that_xml_forbids(odd: str):
    report = reports.as_junit(run_of(choice("", "legal", f"May{odd}we", f"one{odd}")))

    (case,) = ElementTree.fromstring(report).iter("testcase")  # noqa: S314 - ours
    assert "May" in case.attrib["name"]


def test_who_was_never_asked_has_no_precision_and_who_was_never_right_has_no_recall():
    report = reports.as_markdown(run_of(choice("tax", "legal")))

    assert "| legal  | 1     | 0      | 0.000 | \N{EN DASH}         | 0.000  |" in report
    assert "| tax    | 0     | 1      | 0.000 | 0.000     | \N{EN DASH}      |" in report


def test_a_share_of_nothing_is_a_dash_for_people_and_null_for_programs():
    none = reports.UNDEFINED
    silent, asking = run_of(choice("", "legal")), run_of(choice("legal", "legal"))

    assert "| precision      | \N{EN DASH}     |" in reports.as_markdown(silent)
    compared = reports.as_markdown(silent, asking)
    (row,) = [line for line in compared.splitlines() if line.startswith("| precision")]
    assert [cell.strip() for cell in row.split("|")[2:-1]] == [none, "1.000", none, none]
    assert json.loads(reports.as_json(silent))["measures"]["precision"] is None
