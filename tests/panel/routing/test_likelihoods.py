"""Two samples of the router: what both want is likely, what one wants is possible."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.panel.model import ExpertName, WhenUnsure
from bot.panel.routing.gate import DEFAULT, Sure, Unsure, decide
from bot.panel.routing.likelihoods import agreement

A, B, C = map(ExpertName, "abc")
EVERYBODY = (A, B, C)
wanted = some.sets(some.sampled_from(EVERYBODY))


@pytest.mark.parametrize(
    ("first", "second", "cautious", "eager"),
    [
        ({A}, {A}, Sure((A,)), Sure((A,))),
        (set(), set(), Sure(()), Sure(())),
        ({A}, {B}, Unsure((A, B)), Unsure((A, B))),
        ({A}, set(), Unsure((A,)), Unsure((A,))),
        ({A, B}, {A}, Sure((A,)), Unsure((A, B))),
        ({A, B}, {A, B}, Sure((A, B)), Sure((A, B))),
    ],
)
def test_people_are_asked_where_the_samples_differ(first, second, cautious, eager):
    likelihoods = agreement(first, second, EVERYBODY)
    assert decide(likelihoods, WhenUnsure.CAUTIOUS) == cautious
    assert decide(likelihoods, WhenUnsure.EAGER) == eager


@given(wanted, wanted)
def test_both_are_wanted_one_is_possible_and_neither_is_out(first, second):
    found = agreement(first, second, EVERYBODY)
    for name, likelihood in found.experts.items():
        assert (likelihood > DEFAULT.wanted) == (name in first & second)
        assert (likelihood >= DEFAULT.possible) == (name in first | second)
    assert found == agreement(second, first, EVERYBODY)


def test_the_more_they_agree_the_likelier_is_whom_both_want():
    likelihoods = [
        agreement({A}, other, EVERYBODY).experts[A] for other in ({A, B, C}, {A, B}, {A})
    ]
    assert likelihoods == sorted(set(likelihoods))
    assert likelihoods[-1] == 1
