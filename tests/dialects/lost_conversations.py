"""What a 404 says, and what it does not."""

from typing import Any

from bot.adapters.openai.errors import NotFound
from tests.dialects.rows import Outcome, Row, ThreadRow, refused, says
from tests.dialects.server import AZURE, OGX, OPENAI, Dialect, Http, Sse

_NGINX = "<html><head><title>404 Not Found</title></head><body><center>nginx</center></body></html>"


def _passing(id_: str, dialect: Dialect, body: Any, source: str) -> Row:
    """Return a row in which *body* comes once, and the conversation is there as before."""
    does = "answers 404, and the conversation is still there"
    outcomes = [Outcome(error=NotFound), Outcome(text="Yes.")]
    return Row(id_, dialect, does, source, [Http(404, body), Sse(says("Yes."))], outcomes)


ROWS: list[Row] = [
    _passing("a proxy's page", OPENAI, _NGINX, "nginx while its server is replaced"),
    _passing("an empty page", OPENAI, "", "Envoy without a route"),
    _passing("a gateway without a route", OGX, {"detail": "Not Found"}, "FastAPI"),
    _passing(
        "a resource",
        AZURE,
        {"error": {"code": "404", "message": "Resource not found"}},
        "Azure's answer to a wrong address",
    ),
    _passing(
        "a conversation that is there",
        OGX,
        {"detail": "Conversation 'conv_1' not found"},
        "a replica that has not caught up",
    ),
    _passing("an item", OPENAI, refused("Item with id 'rs_1' not found."), "OpenAI's forum"),
]

THREADS: list[ThreadRow] = []
