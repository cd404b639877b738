"""What likelihoods are worth, and what each threshold would lead to."""

from bot.operations.evaluation.calibration import Tried, calibration
from bot.operations.evaluation.evaluation import Run
from bot.operations.evaluation.notes import Note
from bot.operations.evaluation.questions import Question
from bot.operations.evaluation.scores import Choice
from bot.panel.model import ExpertName

LEGAL, TAX = ExpertName("legal"), ExpertName("tax")


def run_of(*judged: tuple[str, dict[ExpertName, float]]) -> Run:
    questions = [Question(right, "May we?", (frozenset(right.split()),)) for right, _ in judged]
    choices = [Choice(question, frozenset()) for question in questions]
    notes = [Note("key", (), likelihoods=said, nobody=0.0) for _, said in judged]
    return Run("A panel", "v1", "rules", choices, notes)


def tried(run: Run, setting: str, value: float) -> Tried:
    found = calibration(run)
    assert found
    (one,) = [one for one in found.by_setting[setting] if one.value == value]
    return one


def test_a_run_without_likelihoods_has_nothing_to_tell():
    assert calibration(run_of(("legal", {}))) is None


def test_a_threshold_that_is_too_high_asks_people_and_too_low_asks_everybody():
    run = run_of(("legal", {LEGAL: 0.7, TAX: 0.3}), ("tax", {LEGAL: 0.3, TAX: 0.7}))

    at = {value: tried(run, "PANELBOT_ROUTER_THRESHOLD", value) for value in (0.2, 0.5, 0.8)}

    assert (at[0.2].exact, at[0.2].asked) == (0, 0)
    assert (at[0.5].exact, at[0.5].asked) == (1, 0)
    assert (at[0.8].asked, at[0.8].offered) == (1, 1)


def test_what_is_not_possible_has_no_button():
    run = run_of(("legal tax", {LEGAL: 0.4, TAX: 0.2}), ("legal", {LEGAL: 0.4, TAX: 0.0}))

    at = {value: tried(run, "PANELBOT_ROUTER_POSSIBLE", value) for value in (0.2, 0.3, 0.5)}

    assert (at[0.2].asked, at[0.2].offered) == (1, 1)
    assert (at[0.3].asked, at[0.3].offered) == (1, 0.5)
    assert (at[0.5].asked, at[0.5].offered) == (0, None)
