"""Answers that are cut, filtered or failed, and marks that repeat."""

from collections.abc import Sequence

from bot.panel.errors import ModelFault, ModelRefused, ModelUnavailable
from bot.panel.language_model.exchange import ModelEvent, Responded
from tests.dialects.rows import (
    Outcome,
    Row,
    ThreadRow,
    added,
    arguments_done,
    calls,
    created,
    delta,
    done,
    ended,
    message,
    says,
)
from tests.dialects.rows import call as called
from tests.dialects.server import (
    AZURE,
    LITELLM,
    LLAMA_CPP,
    LOCALAI,
    OLLAMA,
    OPENAI,
    VLLM,
    Http,
    Json,
    Sse,
)

_REPEATED = "every response counts its calls from call_0 on"
_LEGAL = called("consult_legal", '{"reason": "law", "brief": "May we?"}', "call_0")
_FINANCE = called("consult_finance", '{"reason": "money", "brief": "Costs?"}', "call_1", id="fc_2")
_BY_NAME = called("consult_legal", '{"reason": "law", "brief": "May we?"}', "consult_legal")

LEGAL = {"reason": "law", "brief": "May we?"}
_HALF = called("consult_finance", '{"reason": "mon', "call_1", id="fc_2")
_TEXT = message("You may, as long as", status="incomplete")
_LENGTH: Json = {"incomplete_details": {"reason": "max_output_tokens"}}
_FILTER: Json = {"incomplete_details": {"reason": "content_filter"}}
_CUT: Json = {"status": "incomplete", **_LENGTH}
_NOTE = "_My answer was cut off here._"


def _written(*last: Json) -> list[Json]:
    """A text as far as it came, and how the response ended."""
    return [created(), added(message("")), delta("You may, as long as"), *last]


def _is_cut(events: Sequence[ModelEvent]) -> None:
    assert isinstance(events[-1], Responded)
    assert events[-1].cut


def _is_whole(events: Sequence[ModelEvent]) -> None:
    assert isinstance(events[-1], Responded)
    assert not events[-1].cut


_SHOWN = Outcome("You may, as long as", calls=[], check=_is_cut)
_CONSULTED = Outcome("", calls=[("consult_legal", LEGAL)], check=_is_cut)

ROWS: list[Row] = [
    Row(
        "completed, with status incomplete",
        VLLM,
        "an answer at the limit of tokens ends in response.completed",
        "vLLM before 0.11",
        [Sse(_written(done(_TEXT), ended(_TEXT, **_CUT))), Sse(says("Yes."))],
        [_SHOWN, Outcome("Yes.", check=_is_whole)],
    ),
    Row(
        "incomplete, as it should be",
        OPENAI,
        "an answer at the limit of tokens ends in response.incomplete",
        "OpenAI's reference",
        [Sse(_written(done(_TEXT), ended(_TEXT, kind="incomplete", **_LENGTH)))],
        [_SHOWN],
    ),
    Row(
        "incomplete, and the end holds nothing",
        LITELLM,
        "the terminal event has no output, and nobody says why",
        "seen with gateways",
        [Sse(_written(ended(kind="incomplete")))],
        [_SHOWN],
    ),
    Row(
        "completed, with status failed",
        LLAMA_CPP,
        "a response that failed ends in response.completed",
        "seen with gateways",
        [Sse(_written(ended(_TEXT, status="failed", error={"code": "server_error"})))],
        [Outcome(error=ModelUnavailable)],
    ),
    Row(
        "nothing within the limit",
        OPENAI,
        "all tokens went into reasoning",
        "OpenAI's guide to reasoning",
        [Sse([created(), ended(kind="incomplete", **_LENGTH)])],
        [Outcome(error=ModelRefused, fault=ModelFault.CUT_SHORT)],
    ),
    Row(
        "a filtered answer",
        AZURE,
        "the content filter stops a text in the middle",
        "Azure's content filtering",
        [Sse(_written(done(_TEXT), ended(_TEXT, kind="incomplete", **_FILTER)))],
        [Outcome(error=ModelRefused, fault=ModelFault.FILTERED_QUESTION)],
    ),
    Row(
        "a filtered answer after a call",
        AZURE,
        "the content filter stops a text behind a whole call",
        "Azure's content filtering",
        [
            Sse(
                [
                    *(created(), added(_LEGAL), arguments_done(_LEGAL), done(_LEGAL)),
                    *(delta("You may", 1), ended(_LEGAL, _TEXT, kind="incomplete", **_FILTER)),
                ]
            ),
            Sse(says("Yes.")),
        ],
        [_CONSULTED, Outcome("Yes.")],
    ),
    Row(
        "a call that is cut, and says so",
        OPENAI,
        "the limit is reached in the second call",
        "OpenAI's reference",
        [
            Sse(
                [
                    *(created(), added(_LEGAL), arguments_done(_LEGAL), done(_LEGAL)),
                    *(added(_HALF, 1), done(_HALF | {"status": "incomplete"}, 1)),
                    ended(_LEGAL, _HALF | {"status": "incomplete"}, kind="incomplete", **_LENGTH),
                ]
            ),
            Sse(says("Yes.")),
        ],
        [_CONSULTED, Outcome("Yes.", calls=[])],
    ),
    Row(
        "a call that is cut, and is called complete",
        VLLM,
        "the limit is reached in the second call; its events are those of a whole one",
        "vLLM before 0.11",
        [
            Sse(
                [
                    *(created(), added(_LEGAL), arguments_done(_LEGAL), done(_LEGAL)),
                    *(added(_HALF, 1), arguments_done(_HALF, 1), done(_HALF, 1)),
                    ended(_LEGAL, _HALF, **_CUT),
                ]
            ),
            Sse(says("Yes.")),
        ],
        [_CONSULTED, Outcome("Yes.", calls=[])],
    ),
    Row(
        "an end without an end",
        LOCALAI,
        "the stream ends cleanly, and no event says so",
        "[ran] openai 3.52",
        [Sse(_written())],
        [Outcome(error=ModelUnavailable)],
    ),
]
THREADS: list[ThreadRow] = [
    ThreadRow(
        "an expert's answer at the limit",
        VLLM,
        "an answer at the limit of tokens ends in response.completed",
        "vLLM before 0.11",
        {
            "router": [Sse(calls(_LEGAL))],
            "legal": [Sse(_written(done(_TEXT), ended(_TEXT, **_CUT)))],
        },
        said=[("Legal Counsel", f"You may, as long as\n\n{_NOTE}")],
    ),
    ThreadRow(
        "the router's answer at the limit, behind a call",
        OPENAI,
        "the limit is reached in the second call",
        "OpenAI's reference",
        {
            "router": [
                Sse(
                    [
                        *(created(), added(_LEGAL), arguments_done(_LEGAL), done(_LEGAL)),
                        *(added(_HALF, 1), ended(_LEGAL, kind="incomplete", **_LENGTH)),
                    ]
                )
            ],
            "legal": [Sse(says("You may."))],
        },
        said=[("Legal Counsel", "You may.")],
        backend="conversations",
    ),
    ThreadRow(
        "a synthesis that is filtered",
        AZURE,
        "the content filter stops the synthesis in the middle",
        "Azure's content filtering",
        {
            "router": [
                Sse(calls(_LEGAL, _FINANCE)),
                Sse(_written(done(_TEXT), ended(_TEXT, kind="incomplete", **_FILTER))),
            ],
            "legal": [Sse(says("You may."))],
            "finance": [Sse(says("Ten."))],
        },
        said=[
            ("Legal Counsel", "You may."),
            ("Finance Partner", "Ten."),
            ("Panelbot", "_There is no summary this time: the model did not write it._"),
        ],
        absent=["ask again", "put it differently"],
    ),
    ThreadRow(
        "call_0 in each turn, and the expert's request fails",
        OLLAMA,
        _REPEATED,
        "Ollama and several gateways",
        {
            "router": [Sse(calls(_LEGAL))],
            "legal": [Sse(says("One.")), Http(500, "no"), Sse(says("Two."))],
        },
        said=[("Legal Counsel", "One."), ("Legal Counsel", "Two.")],
        asks=("First?", "Second?"),
        is_in_order=True,
    ),
    ThreadRow(
        "the function's name as the call's id, and the expert's request fails",
        LOCALAI,
        "the id of a call is the function's name",
        "LocalAI, and templates of llama.cpp",
        {
            "router": [Sse(calls(_BY_NAME))],
            "legal": [Sse(says("One.")), Http(500, "no"), Sse(says("Two."))],
        },
        said=[("Legal Counsel", "One."), ("Legal Counsel", "Two.")],
        asks=("First?", "Second?"),
        is_in_order=True,
    ),
]
