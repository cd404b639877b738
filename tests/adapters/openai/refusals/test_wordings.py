from collections.abc import Callable

import pytest

from bot.adapters.openai.refusals import faults
from bot.adapters.openai.refusals.complaints import of_body
from bot.adapters.openai.refusals.first_words import LONGEST, first_words, unquoted
from bot.adapters.openai.refusals.wordings import WORDINGS, Wording
from bot.panel.errors import ModelFault

SHAPES: list[Callable[[str], object]] = [
    lambda said: {"error": {"message": said, "type": "invalid_request_error"}},
    lambda said: {"error": said},
    lambda said: {"detail": said},
    lambda said: {"detail": {"error": said}},
    lambda said: {"object": "error", "message": said, "code": 400},
    lambda said: f"Error code: 400 - {{'error': {{'message': {said!r}}}}}",
    lambda said: said,
]


@pytest.mark.parametrize("wording", WORDINGS, ids=lambda row: f"{row.server}: {row.example[:40]}")
def test_each_wording_is_found_in_every_shape_and_shown_to_operators(wording: Wording) -> None:
    for shape in SHAPES:
        complaint = of_body(shape(wording.example), 400)
        assert faults.by_words(unquoted(complaint.message)) is wording.fault, complaint
    assert wording.words.search(wording.example)
    assert (
        wording.words.search(first_words(wording.example, None)) or len(wording.example) > LONGEST
    )


@pytest.mark.parametrize(
    "passing",
    [
        "Rate limit reached for gpt-6-luna on tokens per min (TPM): Limit 30000, Used 29000.",
        "The server had an error while processing your request.",
        "no healthy upstream",
        "502 Bad Gateway",
        "Service temporarily unavailable: the model is loading",
        "Requests have exceeded token rate limit of your tier. Please retry after 26 seconds.",
        "could not load model: rpc error: code = Unavailable desc = error reading from server: EOF",
        "Internal server error: An unexpected error occurred.",
        "upstream connect error or disconnect/reset before headers",
    ],
)
def test_what_may_pass_is_no_refusal(passing: str) -> None:
    assert faults.by_words(passing) is None


def test_what_a_server_quotes_is_not_taken_for_its_own_words() -> None:
    said = "Invalid value: 'why is the maximum context length exceeded?'"
    assert faults.by_words(unquoted(said)) is None
    assert faults.by_words(
        unquoted("This model's maximum context length is 8 tokens, isn't it")
    ) is (ModelFault.TOO_LONG)
