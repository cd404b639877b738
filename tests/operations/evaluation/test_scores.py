import random
from itertools import count

import pytest

from bot.operations.evaluation import scores
from bot.operations.evaluation.questions import Question
from bot.operations.evaluation.scores import MEASURES, Choice

_ids = count()


def choice(chosen: str, *acceptable: str, tags: tuple[str, ...] = (), id_: str = "") -> Choice:
    sets = tuple(frozenset(one.split()) for one in acceptable)
    question = Question(id_ or f"q{next(_ids):03}", "?", sets, tags=tags)
    return Choice(question, frozenset(chosen.split()))


def measured(name: str, *choices: Choice) -> float | None:
    return MEASURES[name](scores.total(choices))


def test_the_nearest_acceptable_choice_counts():
    assert choice("legal tax", "finance", "legal tax hr").right == {"legal", "tax", "hr"}
    assert choice("", "legal", "").is_exact
    assert not choice("legal", "legal tax").is_exact


def test_each_expert_of_a_choice_counts():
    choices = (
        choice("legal", "legal"),
        choice("legal tax hr", "legal"),
        choice("tax", "legal tax"),
    )

    assert measured("precision", *choices) == 3 / 5
    assert measured("recall", *choices) == 3 / 4
    assert measured("f1", *choices) == pytest.approx(2 * 3 / 9)
    assert measured("exact", *choices) == 1 / 3
    assert measured("over-selection", *choices) == 1 / 3


def test_silence_is_judged_by_whether_nobody_was_right():
    choices = (choice("", ""), choice("legal", ""), choice("", "legal"), choice("tax", "legal"))

    assert measured("nobody", *choices) == 1 / 2
    assert measured("silent", *choices) == 1 / 2


def test_who_was_asked_instead_is_counted():
    choices = (
        choice("tax", "legal"),
        choice("tax", "legal"),
        choice("", "legal"),
        choice("hr", ""),
        choice("legal tax", "legal"),
    )

    confused = scores.confusion(choices)

    assert confused == {("legal", "tax"): 2, ("legal", "nobody"): 1, ("nobody", "hr"): 1}


def test_scores_are_told_by_tag_and_expert():
    choices = (
        choice("legal", "legal", tags=("typo", "one")),
        choice("tax", "legal", tags=("one",)),
    )

    by_tag, by_expert = scores.by_tag(choices), scores.by_expert(choices)

    assert {tag: MEASURES["exact"](sums) for tag, sums in by_tag.items()} == {"one": 0.5, "typo": 1}
    assert (by_expert["legal"].right, by_expert["legal"].chosen, by_expert["legal"].hits) == (
        2,
        1,
        1,
    )
    assert (by_expert["tax"].right, by_expert["tax"].chosen, by_expert["tax"].hits) == (0, 1, 0)


def test_choices_that_differ_when_repeated_are_unsteady():
    once, again = choice("legal", "legal", id_="a"), choice("tax", "legal", id_="a")
    same = [choice("legal", "legal", id_="b")] * 2

    assert scores.unsteady([once, again, *same]) == 0.5


def test_a_difference_that_may_be_chance_has_zero_in_its_interval():
    dice = random.Random(1)  # noqa: S311 - the same each time
    right = [dice.random() < 0.7 for _ in range(200)]
    old = [choice("legal" if hit else "tax", "legal", id_=f"{n:03}") for n, hit in enumerate(right)]
    little = [choice("legal", "legal", id_=one.question.id) for one in old[:3]] + old[3:]
    much = [choice("legal", "legal", id_=one.question.id) for one in old[:150]] + old[150:]

    gain, low, high = scores.differences(much, old)["exact"]
    assert low > 0
    assert low < gain < high
    assert scores.differences(old, old)["exact"] == (0, 0, 0)
    gain, low, high = scores.differences(little, old)["exact"]
    assert low <= 0 <= gain <= high
    assert scores.differences(old, much)["exact"][2] < 0


def test_a_share_of_nothing_is_undefined():
    silent, right = choice("", "legal", id_="a"), choice("legal", "legal", id_="a")

    assert measured("precision", silent) is None
    assert measured("nobody", silent) is None
    differences = scores.differences([silent], [right])
    assert differences["recall"] == (-1, -1, -1)
    assert "precision" not in differences
