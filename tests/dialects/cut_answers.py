"""Answers that are cut, filtered or failed, and marks that repeat."""

from tests.dialects.rows import Row, ThreadRow, calls, says
from tests.dialects.rows import call as called
from tests.dialects.server import LOCALAI, OLLAMA, Http, Sse

_REPEATED = "every response counts its calls from call_0 on"
_LEGAL = called("consult_legal", '{"reason": "law", "brief": "May we?"}', "call_0")
_BY_NAME = called("consult_legal", '{"reason": "law", "brief": "May we?"}', "consult_legal")

ROWS: list[Row] = []
THREADS: list[ThreadRow] = [
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
