from collections.abc import Sequence

import pytest

from bot.operations.evaluation import checks
from bot.operations.evaluation.checks import Answer, Check, CheckKind, Judgement
from bot.operations.evaluation.judges import RulesJudge
from bot.panel.citations import Citation
from bot.panel.model import DocumentId, ExpertName
from bot.panel.texts.footnotes import under

LEGAL, TAX = ExpertName("legal"), ExpertName("tax")
CITED = under(
    "Notice is 30 days.",
    [
        Citation(DocumentId("f1"), "Terms `2026`.pdf"),
        Citation(DocumentId("u1"), "Law", url="https://law.example.com/30"),
    ],
    "Sources",
)
ANSWER = Answer({LEGAL: CITED, TAX: "No\nVAT is due."}, "Ask again in May.")


async def outcomes(*found: Check, answer: Answer = ANSWER) -> Sequence[Judgement]:
    return await checks.checked("Which?", found, answer, RulesJudge())


@pytest.mark.parametrize(
    ("kind", "expected", "expert", "passed"),
    [
        ("contains", "NO  vat", None, True),
        ("contains", "VAT", TAX, True),
        ("contains", "VAT", LEGAL, False),
        ("contains", "in May", None, True),
        ("lacks", "may", None, False),
        ("lacks", "may", TAX, True),
        ("matches", r"\b\d+ days\b", LEGAL, True),
        ("matches", r"(?i)vat (is|was) due\.$", TAX, True),
        ("matches", r"^VAT is$", TAX, False),
        ("cites", "https://law.example.com/30", None, True),
        ("cites", "law", LEGAL, True),
        ("cites", "law", TAX, False),
        ("cites", "30 days", LEGAL, False),
        ("judged", "Says that VAT is due", TAX, False),
        ("judged", "Says which notice, in days", LEGAL, True),
    ],
)
async def test_a_check_looks_at_one_experts_answer_or_at_all(
    kind: str, expected: str, expert: ExpertName | None, passed: bool
):
    (outcome,) = await outcomes(Check(CheckKind(kind), expected, expert))

    assert outcome.passed is passed


async def test_a_list_that_looks_like_footnotes_is_none_within_an_answer():
    told = Answer({LEGAL: "**Sources**\n\n1. `terms.pdf`\n\nI read these."})

    (outcome,) = await outcomes(Check(CheckKind.CITES, "terms.pdf"), answer=told)

    assert not outcome.passed


async def test_who_did_not_answer_passes_no_check():
    hr = ExpertName("hr")
    lacks = Check(CheckKind.LACKS, "nonsense", hr), Check(CheckKind.LACKS, "nonsense")

    (of_hr, of_all) = await outcomes(*lacks, answer=Answer())

    assert (of_hr.passed, of_hr.reason) == (False, "hr did not answer")
    assert (of_all.passed, of_all.reason) == (False, "nobody answered")


async def test_an_expression_that_takes_forever_is_ended(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(checks, "PATTERN_TIMEOUT", 0.3)
    slow = Answer({LEGAL: "a" * 60})

    (outcome,) = await outcomes(Check(CheckKind.MATCHES, "(a+)+b"), answer=slow)

    assert not outcome.passed
    assert "took more than" in outcome.reason
