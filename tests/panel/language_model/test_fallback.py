import logging

import pytest

from bot.panel.errors import ModelFault, ModelOverloaded, ModelRefused, ModelUnavailable
from bot.panel.language_model.fallback import BUSY, GONE, TRIAL, Fallbacks

BUSY_NOW = ModelOverloaded("HTTP 503")
NO_SUCH_MODEL = ModelRefused(ModelFault.MODEL, "HTTP 404")


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def fallbacks(clock) -> Fallbacks:
    return Fallbacks(["b", "c"], clock=clock)


def failed(fallbacks: Fallbacks, wanted: str, error) -> None:
    assert fallbacks.choose(wanted).give_way(error)


def test_what_is_wanted_is_taken_while_it_answers(fallbacks):
    choice = fallbacks.choose("a")
    choice.answered()
    assert (choice.model, choice.replaced, choice.is_on_trial) == ("a", "", False)


@pytest.mark.parametrize("error", [BUSY_NOW, NO_SUCH_MODEL])
def test_the_next_is_taken_until_there_is_none(fallbacks, error, caplog):
    caplog.set_level(logging.WARNING)
    choice = fallbacks.choose("b")
    assert [choice.give_way(error), choice.model, choice.replaced] == [True, "c", "c"]
    assert not choice.give_way(error)
    (record,) = caplog.records
    assert (record.message, record.model, record.instead) == ("model.replaced", "b", "c")


@pytest.mark.parametrize(
    "error",
    [
        ModelUnavailable("the response broke off"),
        ModelRefused(ModelFault.QUOTA, "no credit"),
        ModelRefused(ModelFault.FILTERED, "not that"),
    ],
)
def test_what_another_model_would_not_help_against_stays(fallbacks, error):
    choice = fallbacks.choose("a")
    assert not choice.give_way(error)
    assert fallbacks.choose("a").model == "a"


@pytest.mark.parametrize(
    ("error", "seconds"),
    [(BUSY_NOW, BUSY), (ModelOverloaded("HTTP 429", after=300), 300), (NO_SUCH_MODEL, GONE)],
)
def test_a_model_that_is_out_is_not_asked_for_a_while(fallbacks, clock, error, seconds):
    failed(fallbacks, "a", error)
    clock.now += seconds - 1
    assert fallbacks.choose("a").model == "b"
    clock.now += 1
    assert fallbacks.choose("a").model == "a"


def test_one_request_tries_and_the_others_wait_for_what_it_finds(fallbacks, clock):
    failed(fallbacks, "a", BUSY_NOW)
    clock.now += BUSY
    trial = fallbacks.choose("a")
    assert (trial.model, trial.is_on_trial) == ("a", True)
    assert fallbacks.choose("a").model == "b"

    trial.answered()

    assert (fallbacks.choose("a").model, fallbacks.choose("a").is_on_trial) == ("a", False)


def test_a_trial_that_nobody_hears_of_again_is_made_anew(fallbacks, clock):
    failed(fallbacks, "a", BUSY_NOW)
    clock.now += BUSY
    assert fallbacks.choose("a").model == "a"
    clock.now += TRIAL
    assert fallbacks.choose("a").model == "a"


def test_where_all_are_out_it_is_what_was_wanted(fallbacks):
    choice = fallbacks.choose("a")
    while choice.give_way(BUSY_NOW):
        pass
    assert fallbacks.choose("a").model == "a"


async def test_without_others_nothing_is_given_up_early():
    alone = Fallbacks()
    assert not alone.choose("a").give_way(BUSY_NOW)
    again = alone.choose("a")
    assert (again.model, again.is_on_trial) == ("a", False)
