"""Ids, indices and fields that are doubled, missing, null or of another type."""

from tests.dialects.rows import Outcome, Row, ThreadRow, calls, created, ended, says
from tests.dialects.rows import call as called
from tests.dialects.server import OGX, OLLAMA, Sse

LEGAL = {"reason": "law", "brief": "May we?"}
_LEGAL = called("consult_legal", '{"reason": "law", "brief": "May we?"}')

ROWS: list[Row] = [
    Row(
        "sends only the terminal event",
        OLLAMA,
        "a short answer comes with none of the events in between",
        "seen with several gateways",
        [Sse([created(), ended(_LEGAL)], done=False)],
        [Outcome(text="", calls=[("consult_legal", LEGAL)])],
    ),
]

THREADS: list[ThreadRow] = [
    ThreadRow(
        "an expert is called and answers",
        OGX,
        "what every server does: the picture in which the odd ones stand out",
        "[ran]",
        {
            "router": [Sse(calls(_LEGAL)), Sse(says("—"))],
            "legal": [Sse(says("You may."))],
        },
        said=[("Legal Counsel", "You may.")],
    ),
]
