"""Which corrections the router is shown with each question, to see what they gain."""

from dataclasses import replace

from bot.operations.evaluation.questions import Question
from bot.operations.evaluation.scores import Choice
from bot.operations.evaluation.with_examples import trial_with
from bot.panel.model import ExpertName

LEGAL, FINANCE = frozenset({ExpertName("legal")}), frozenset({ExpertName("finance")})


class Router:
    name = "rules"


def choices(count):
    """Every second question was put to Finance, and is Legal's."""
    return [
        Choice(Question(f"q{n}", f"Question {n}", (LEGAL,)), (LEGAL, FINANCE)[n % 2])
        for n in range(count)
    ]


def test_a_question_is_never_shown_itself_and_wrong_choices_come_first():
    trial = trial_with(Router(), 10, choices(40))
    for question, known in trial.known.items():
        assert len(known) == 10
        assert question not in [one.about for one in known]
        assert all(one.right == ("legal",) and one.asked == ("finance",) for one in known)


def test_each_time_it_is_the_same():
    first, second = (trial_with(Router(), 30, choices(40)) for _ in range(2))
    assert first.known == second.known


def test_a_question_that_stands_there_twice_does_not_tell_itself():
    twice = [
        replace(one, question=replace(one.question, id=f"{one.question.id} {copy}"))
        for copy in "ab"
        for one in choices(20)
    ]
    texts = {one.question.id: one.question.text for one in twice}
    for question, known in trial_with(Router(), 30, twice).known.items():
        assert texts[question] not in [one.question for one in known]
