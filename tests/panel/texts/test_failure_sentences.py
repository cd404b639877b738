import pytest

from bot.panel.errors import (
    ConversationGone,
    MessengerUnavailable,
    ModelFault,
    ModelOverloaded,
    ModelUnavailable,
    StoreUnavailable,
)
from bot.panel.journal.failures import Failure
from bot.panel.texts import failure_sentences, refusal_sentences


@pytest.mark.parametrize("fault", ModelFault)
def test_every_fault_has_a_sentence(fault):
    assert "(OpenAI)" in refusal_sentences.router_failed(fault, "OpenAI") or fault in (
        ModelFault.BUDGET,
        ModelFault.MODEL,
        ModelFault.NO_TOOLS,
        ModelFault.TOO_LONG,
        ModelFault.CUT_SHORT,
        ModelFault.DOCUMENTS,
        ModelFault.TOOL_SERVER,
        ModelFault.WITHHELD,
        ModelFault.UNCHECKED,
    )


@pytest.mark.parametrize("failure", Failure)
def test_every_failure_has_words(failure):
    assert failure_sentences.why_failed(failure)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ModelUnavailable("x", server="OpenAI", answered=False), "(OpenAI) did not respond"),
        (ModelUnavailable("x", server="gpu:8000"), "(gpu:8000) answered with errors"),
        (ModelOverloaded("x", server="OpenAI"), "(OpenAI) had more requests"),
        (ModelOverloaded("x", server="OpenAI", after=10_800), "wait for about 3 hours"),
        (ConversationGone("x"), "did not find"),
        (MessengerUnavailable("x"), "Slack did not respond"),
        (StoreUnavailable("x"), "(Redis) did not respond"),
        (ValueError("x"), "something in me failed"),
    ],
)
def test_who_gives_up_says_which_service_it_was(error, words):
    assert words in failure_sentences.why_given_up(error)
