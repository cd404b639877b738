"""Whether what a model wrote as text is a call, or something to read."""

import pytest

from bot.panel.language_model import tool_names
from bot.panel.language_model.exchange import Prompt, Tool, ToolCalled, UserSaid, WrittenCalls
from bot.panel.model import CallId, ConversationId, Effort

LEGAL = Tool("consult_legal", "", {"reason": "", "brief": ""}, title="Legal")
PROMPT = Prompt(
    conversation=ConversationId("conv"),
    model="qwen",
    effort=Effort.LOW,
    instructions="",
    items=(UserSaid("List the experts as JSON."),),
    tools=(LEGAL,),
)


def written(name: str, arguments: dict[str, str], *, marked: bool = False) -> WrittenCalls:
    return WrittenCalls((ToolCalled(CallId("c"), name, arguments),), marked=marked)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("consult_legal", {}),
        ("Legal", {"brief": "May we?"}),
        ("legal", {"question": "May we?"}),
    ],
)
def test_a_call_without_marks_is_meant(name, arguments):
    assert tool_names.are_meant(written(name, arguments), PROMPT)


@pytest.mark.parametrize("arguments", [{}, {"role": "law"}, {"status": "ok"}])
def test_data_about_an_expert_is_no_call(arguments):
    assert not tool_names.are_meant(written("Legal", arguments), PROMPT)
    assert tool_names.are_meant(written("Legal", arguments, marked=True), PROMPT)
