"""Fields that a server does not know or cannot serve, though a response is none the worse."""

from bot.panel.errors import ModelRefused
from tests.dialects.rows import Outcome, Row, ThreadRow, refused, says
from tests.dialects.server import LOCALAI, Http, Sse

ROWS: list[Row] = [
    Row(
        "refuses prompt_cache_key by name",
        LOCALAI,
        "a strict server names the field that it does not know in `param`",
        "shape of OpenAI's unknown_parameter",
        [
            Http(400, refused("Unknown parameter", param="prompt_cache_key")),
            Sse(says("Yes.")),
        ],
        [Outcome(text="Yes.")],
        requests=2,
    ),
    Row(
        "refuses what nobody can leave out",
        LOCALAI,
        "a 400 about the model's name is not conceded",
        "shape of OpenAI's invalid_request_error",
        [Http(400, refused("model is required", param="model"))],
        [Outcome(error=ModelRefused)],
        requests=1,
    ),
]
THREADS: list[ThreadRow] = []
