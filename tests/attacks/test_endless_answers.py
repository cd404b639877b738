"""No model writes without end, and members name only the models that they may."""

import httpx2 as httpx
import openai
import pytest

from bot.adapters.openai.responses.request_builder import RequestBuilder
from bot.adapters.openai.server.server_limits import ServerLimits
from bot.panel.errors import Refused
from bot.panel.language_model.exchange import Prompt, UserSaid
from bot.panel.model import ConversationId, Effort, Expert, ExpertName, UserId
from bot.panel.roster.roster import ChannelScope
from tests.fakes.panel_store import FakePanelStore
from tests.fakes.people import FakePeople
from tests.panel_editors import panel_editor

HERE = ChannelScope("T1", "C1")
ADMIN, MEMBER = UserId("UADMIN"), UserId("UMEMBER")
PROMPT = Prompt(
    ConversationId("conv_1"), "m", Effort.LOW, "Be brief.", (UserSaid("Hi"),), most_output=500
)


def refusal(message: str, param: str | None = None) -> openai.BadRequestError:
    body = {"message": message, "type": "invalid_request_error", "param": param, "code": None}
    request = httpx.Request("POST", "http://server.example/v1/responses")
    response = httpx.Response(400, request=request, json={"error": body})
    return openai.BadRequestError(message, response=response, body=body)


def test_every_request_says_how_much_may_be_written():
    assert RequestBuilder("salt", ServerLimits()).build(PROMPT)["max_output_tokens"] == 500


@pytest.mark.parametrize(
    "error",
    [
        refusal("Unknown parameter: 'max_output_tokens'.", "max_output_tokens"),
        refusal("max_tokens is too large: 500. This model supports at most 100 completion tokens."),
        refusal(
            "This model's maximum context length is 600 tokens. However, you requested 700 tokens "
            "(200 in the messages, 500 in the completion). Please reduce the length."
        ),
    ],
)
def test_a_model_that_cannot_write_that_much_is_asked_without_a_limit(error):
    limits = ServerLimits()
    assert limits.learn(PROMPT, error)
    assert "max_output_tokens" not in RequestBuilder("salt", limits).build(PROMPT)
    assert not limits._learn_most_output(PROMPT, error)  # one complaint is enough


@pytest.mark.parametrize(
    ("by", "model", "may"),
    [(MEMBER, "cheap", True), (MEMBER, None, True), (MEMBER, "dear", False), (ADMIN, "dear", True)],
)
async def test_members_name_only_models_that_operators_list(by, model, may):
    editor = panel_editor(FakePanelStore(), FakePeople(), models=frozenset({"cheap"}))
    expert = Expert(ExpertName("tax"), "Tax", ":receipt:", "Taxes.", "Count.", model)
    if may:
        assert (await editor.add(HERE, expert, by)).expert.model == model
    else:
        with pytest.raises(Refused, match="`cheap`"):
            await editor.add(HERE, expert, by)


async def test_a_member_who_edits_something_else_keeps_the_model_that_an_admin_has_named():
    editor = panel_editor(FakePanelStore(), FakePeople(), models=frozenset({"cheap"}))
    expert = Expert(ExpertName("tax"), "Tax", ":receipt:", "Taxes.", "Count.", "dear")
    await editor.add(HERE, expert, ADMIN)
    assert (await editor.edit(HERE, expert, MEMBER)).expert.model == "dear"
