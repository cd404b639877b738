import os
from collections import Counter
from pathlib import Path

import pytest

from bot.experts.library import library
from bot.operations.evaluation.questions import Earlier, Question
from bot.panel.errors import Refused
from bot.settings.yaml_files.questions_file import bundled_questions, load_questions

SHARED = Path(os.environ.get("PANELBOT_SHARED", Path(__file__).parents[3] / "shared"))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "questions.yaml"


def test_a_question_has_its_label_first(file: Path):
    file.write_text(
        """\
- id: refused
  lang: en
  text: What if they refuse?
  experts: [legal]
  also_acceptable: [[legal, sales], []]
  thread: [{text: Check the clause, asked: [legal]}]
  tags: [one, followup]
- text: Thanks!
  experts: []
"""
    )

    first, second = load_questions(str(file))

    assert first == Question(
        "refused",
        "What if they refuse?",
        (frozenset({"legal"}), frozenset({"legal", "sales"}), frozenset()),
        (Earlier("Check the clause", ("legal",)),),
        ("one", "followup", "lang en"),
    )
    assert second == Question("question 2", "Thanks!", (frozenset(),))


def test_an_answer_has_checks_of_all_and_of_each_expert(file: Path):
    file.write_text(
        """\
- text: May we?
  experts: [legal]
  answer:
    judged: Says yes or no.
    lacks: [lawyer, "no idea"]
    experts: {legal: {matches: 'AGPL(v3)?', cites: policy.md}}
"""
    )

    (question,) = load_questions(str(file))

    assert list(map(str, question.checks)) == [
        "lacks lawyer",
        "lacks no idea",
        "judged Says yes or no.",
        "legal: matches AGPL(v3)?",
        "legal: cites policy.md",
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[]", "has no questions"),
        ("- {text: Hm, expert: [legal]}", "expert is not a field here. Did you mean `experts`"),
        ("- {experts: [legal]}", "question 1 lacks text"),
        ("- {text: Hm, experts: legal}", "should be a list"),
        ("- {text: Hm, experts: [a b]}", "is not the name of an expert"),
        ("- {text: Hm, experts: [], thread: [{text: Hm}]}", "lacks asked"),
        ("- {text: ' ', experts: []}", "text has no words"),
        ("- &one {id: a, text: Hm, experts: []}\n- *one", "appears twice, first in line 1"),
        ("- {id: a, text: Hm, experts: []}\n- {id: a, text: Ha, experts: []}", "appears twice"),
        ("- {text: Hm, experts: [], answer: {}}", "answer has no checks"),
        ("- {text: Hm, experts: [], answer: {contain: a}}", "Did you mean `contains`"),
        ("- {text: Hm, experts: [], answer: {lacks: [a, ' ']}}", "lacks has no words"),
        ("- {text: Hm, experts: [], answer: {matches: '(a'}}", "is no regular expression"),
        ("- {text: Hm, experts: [], answer: {experts: {a b: {lacks: a}}}}", "is not the name of"),
        ("- {text: Hm, experts: [], answer: {experts: {a: {experts: {}}}}}", "is not a field here"),
    ],
)
def test_faults_are_told_with_their_place(file: Path, text: str, problem: str):
    file.write_text(text)

    with pytest.raises(Refused, match=r"questions\.yaml:\d+:\d+: ") as refusal:
        load_questions(str(file))

    assert problem in str(refusal.value)


def test_the_bundled_questions_are_about_the_bundled_experts():
    questions, names = bundled_questions(), {expert.name for expert in library()}

    assert len(questions) >= 500
    assert len({one.text for one in questions}) > 0.99 * len(questions)
    assert all(right <= names for one in questions for right in one.acceptable)
    assert all(set(e.asked) <= names for one in questions for e in one.earlier)
    asked = Counter(name for one in questions for name in one.acceptable[0])
    assert min(asked[name] for name in names) >= 10
    languages = {tag for one in questions for tag in one.tags if tag.startswith("lang ")}
    assert len(languages) == 7


@pytest.mark.skipif(not SHARED.exists(), reason="the shared folder is not here")
def test_the_shared_questions_can_be_read():
    assert len(load_questions(str(SHARED / "cases" / "routing_questions.yaml"))) == 238
