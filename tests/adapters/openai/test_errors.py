import traceback
from typing import Any

import pytest

from bot.adapters.openai.responses.conversations import ConversationsModel
from bot.adapters.openai.retries import RetryDelays
from bot.adapters.openai.server.client import connect
from bot.panel.errors import (
    ModelFault,
    ModelOverloaded,
    ModelRefused,
    ModelUnavailable,
)
from bot.panel.language_model.exchange import UserSaid
from bot.panel.links import RouterLabels
from bot.panel.model import ThreadRef
from tests.adapters.openai import events
from tests.adapters.openai.canned_api import Answer, CannedApi, Stream
from tests.adapters.openai.events import error
from tests.adapters.openai.prompts import PROMPT, prompt, told


@pytest.mark.parametrize(
    ("status", "body", "fault"),
    [
        (429, error("You exceeded", code="insufficient_quota"), ModelFault.QUOTA),
        (429, {"error": {"message": "", "type": "insufficient_quota"}}, ModelFault.QUOTA),
        (401, error("Incorrect API key", code="invalid_api_key"), ModelFault.ACCESS),
        (401, {"detail": "Unauthorized"}, ModelFault.ACCESS),
        (403, error("Project does not have access"), ModelFault.FORBIDDEN),
        (402, {"detail": "Pay first"}, ModelFault.QUOTA),
        (451, "Not where you are", ModelFault.REGION),
        (410, error("It is gone"), ModelFault.MODEL),
        (404, error("The model `x` does not exist", code="model_not_found"), ModelFault.MODEL),
        (404, {"detail": "Model 'x' not found. Use 'client.models.list()'"}, ModelFault.MODEL),
        (400, {"detail": "Model 'x' not found."}, ModelFault.MODEL),
        (404, error("Vector store with id ['vs_1'] not found."), ModelFault.DOCUMENTS),
        (400, {"detail": "Vector_store vs_1 not found"}, ModelFault.DOCUMENTS),
        (400, error("Your prompt", code="content_filter"), ModelFault.FILTERED),
        (400, error("Your prompt", code="cyber_policy_violation"), ModelFault.FILTERED),
        (400, error("Too long", code="context_length_exceeded"), ModelFault.TOO_LONG),
        (400, {"detail": "This model's maximum context length is 8 tokens"}, ModelFault.TOO_LONG),
        (413, {"detail": "Payload too large"}, ModelFault.TOO_LONG),
        (400, error("Unknown parameter", code="unknown_parameter"), ModelFault.BAD_REQUEST),
        (400, error("Hosted tool x is not supported", param="tools"), ModelFault.TOOLS),
        (424, error("Error retrieving tool list", param="tools"), ModelFault.TOOL_SERVER),
        (400, {"detail": "Unsupported tool type: web_search"}, ModelFault.TOOLS),
        (422, {"detail": [{"loc": ["body"], "msg": "no"}]}, ModelFault.BAD_REQUEST),
        (400, "just words", ModelFault.BAD_REQUEST),
        (400, None, ModelFault.BAD_REQUEST),
    ],
)
async def test_what_another_try_would_not_change_is_refusal(
    model: ConversationsModel, api: CannedApi, status: int, body: Any, fault: ModelFault
) -> None:
    api.will(Answer(status, body))
    with pytest.raises(ModelRefused) as caught:
        await told(model)
    assert caught.value.fault is fault


@pytest.mark.parametrize("status", [408, 409, 500, 502, 503, 529])
async def test_what_may_have_been_done_is_left_to_the_caller(
    model: ConversationsModel, api: CannedApi, status: int
) -> None:
    api.will(Answer(status, {"detail": "Internal server error"}, {"retry-after": "7"}))
    with pytest.raises(ModelUnavailable) as caught:
        await told(model)
    assert caught.value.after == 7
    assert len(api.seen) == 1


@pytest.mark.parametrize(
    ("status", "code", "is_overloaded"),
    [
        (503, None, True),
        (529, None, True),
        (429, "rate_limit_exceeded", True),
        (500, "server_is_overloaded", True),
        (500, None, False),
        (502, None, False),
    ],
)
async def test_a_model_with_too_much_to_do_is_told_from_a_server_that_is_away(
    model: ConversationsModel, api: CannedApi, status: int, code: str | None, is_overloaded: bool
) -> None:
    api.will(*[Answer(status, error("Not now", code=code))] * (5 if status == 429 else 1))
    with pytest.raises(ModelUnavailable) as caught:
        await told(model)
    assert isinstance(caught.value, ModelOverloaded) is is_overloaded


async def test_nothing_that_the_server_quotes_gets_into_a_traceback(
    model: ConversationsModel, api: CannedApi
) -> None:
    api.will(Answer(400, error("Invalid input: 'the secret plan'", code="invalid_value")))
    with pytest.raises(ModelRefused) as caught:
        await told(model)
    written = "".join(traceback.format_exception(caught.value))
    assert "HTTP 400 invalid_value" in written
    assert "secret" not in written


PAGE = Answer(body=b"<html>Please log in</html>", headers={"content-type": "text/html"})
HALF = Answer(body=b'{"id": ', headers={"content-type": "application/json"})


@pytest.mark.parametrize("answer", [PAGE, HALF])
async def test_an_answer_that_is_no_json_is_not_taken_for_success(
    model: ConversationsModel, api: CannedApi, answer: Answer
) -> None:
    labels = RouterLabels(ThreadRef("T1", "C1", "1.0"))
    api.will(*[answer] * 6)
    with pytest.raises(ModelUnavailable):
        await model.open(labels)
    with pytest.raises(ModelUnavailable):
        await model.labels(PROMPT.conversation)
    with pytest.raises(ModelUnavailable):
        await model.relabel(PROMPT.conversation, labels)
    with pytest.raises(ModelUnavailable):
        await model.append(PROMPT.conversation, PROMPT.items)
    with pytest.raises(ModelUnavailable):
        await model.since(PROMPT.conversation, "17")
    with pytest.raises(ModelUnavailable):
        await told(model)


async def test_a_server_that_cannot_be_reached_is_unavailable() -> None:
    delays = RetryDelays(busy=(0, 0))
    async with connect("sk-test", "http://127.0.0.1:1/v1") as client:
        with pytest.raises(ModelUnavailable, match="ConnectError"):
            await told(ConversationsModel(client, salt="", delays=delays))


async def test_a_refusals_log_line_has_all_that_may_be_said(
    model: ConversationsModel, api: CannedApi, caplog: pytest.LogCaptureFixture
) -> None:
    said = "Unsupported parameter: 'tools' after kind words, sk-test for 'gpt-6-luna'"
    api.will(Answer(400, error(said, code="unsupported_parameter"), {"x-request-id": "req_1"}))
    with pytest.raises(ModelRefused) as caught:
        await told(model)

    words = "Unsupported parameter: 'tools' after … for 'gpt-6-luna'"
    assert str(caught.value) == (
        f"HTTP 400 unsupported_parameter invalid_request_error req_1: {words}"
    )
    (line,) = [record for record in caplog.records if record.message == "model.refused"]
    names = ("status", "code", "type", "request", "said", "server")
    fields = {name: getattr(line, name) for name in names}
    assert fields == {
        "status": 400,
        "code": "unsupported_parameter",
        "type": "invalid_request_error",
        "request": "req_1",
        "said": words,
        "server": caught.value.server,
    }
    assert caught.value.server == api.base_url.split("/")[2]


@pytest.mark.parametrize(
    ("headers", "message", "seconds"),
    [
        ({"retry-after": "7"}, "", 7),
        ({"retry-after-ms": "1500"}, "", 1.5),
        (
            {
                "retry-after": "Sun, 29 Nov 2026 10:00:30 GMT",
                "date": "Sun, 29 Nov 2026 10:00:00 GMT",
            },
            "",
            30,
        ),
        ({}, "Please try again in 7m12s.", 432),
        ({}, "Please try again in 20ms.", 0.02),
        ({}, "Please retry after 26 seconds.", 26),
        ({}, "Try again in 1 hour and 5 minutes", 3900),
        ({"retry-after": "soon"}, "Slow down", None),
        ({"retry-after": "3", "retry-after-ms": "soon"}, "", 3),
        ({"retry-after": "-1"}, "", 0),
        *(({"retry-after": odd}, "", None) for odd in ("inf", "nan", "1764500000", "1e400", "")),
    ],
)
async def test_how_long_a_server_asks_us_to_wait(
    model: ConversationsModel,
    api: CannedApi,
    headers: dict[str, str],
    message: str,
    seconds: float | None,
) -> None:
    api.will(Answer(503, error(message), headers))
    with pytest.raises(ModelOverloaded) as caught:
        await told(model)
    assert caught.value.after == seconds


SECRET = "buy the zebra"
ECHOES: list[Answer | Stream] = [
    Stream((events.delta("Hm"), events.failed("odd", f"We saw {SECRET}, and stopped"))),
    Stream((events.delta("Hm"), {"type": "error", "code": "odd", "message": f"No {SECRET}"})),
    Stream(
        (events.delta("Hm"), b'data: {"error": {"message": "No buy the zebra", "code": "odd"}}\n\n')
    ),
    Answer(200, {"error": {"code": "odd", "message": f"No {SECRET}"}}),
    Answer(200, {"object": "error", "code": 400, "message": f"No {SECRET}"}),
    Answer(500, {"detail": f"No {SECRET}"}),
    Answer(422, {"detail": [{"loc": ["body", "input"], "msg": "No", "input": SECRET}]}),
    Answer(403, f"<html><title>No</title>{SECRET}</html>".encode(), {"content-type": "text/html"}),
    Answer(403, f"No {SECRET}".encode(), {"content-type": "text/plain"}),
]


@pytest.mark.parametrize("answer", ECHOES)
async def test_no_error_in_a_stream_or_of_a_gateway_repeats_what_people_wrote(
    model: ConversationsModel,
    api: CannedApi,
    caplog: pytest.LogCaptureFixture,
    answer: Answer | Stream,
) -> None:
    api.will(answer)
    with pytest.raises((ModelRefused, ModelUnavailable)) as caught:
        await told(model, prompt(items=(UserSaid(SECRET),)))
    logged = " ".join(str(vars(record)) for record in caplog.records)
    assert "zebra" not in f"{caught.value} {logged}"
    assert "model.refused" in logged
    assert "No" in str(caught.value) or "stopped" in str(caught.value)


async def test_an_error_with_a_good_status_is_no_conversation(
    model: ConversationsModel, api: CannedApi
) -> None:
    api.will(Answer(200, {"error": {"code": 402, "message": "No more for the zebra"}}))
    with pytest.raises(ModelRefused, match="402") as caught:
        await model.append(PROMPT.conversation, [UserSaid("zebra")])
    assert caught.value.fault is ModelFault.QUOTA
    assert "zebra" not in str(caught.value)
