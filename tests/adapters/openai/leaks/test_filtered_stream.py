"""What people see of a text while it is written."""

from collections.abc import AsyncGenerator

from bot.adapters.openai.leaks.filtered_stream import ThinkingModels, filtered
from bot.panel.language_model.exchange import ModelEvent, Prompt, Responded, TextWritten, Tool
from bot.panel.model import ConversationId, Effort

TOOL = Tool("consult_legal", "Consult Legal", {"brief": "What it has to answer."})


async def events(*deltas: str) -> AsyncGenerator[ModelEvent, None]:
    for delta in deltas:
        yield TextWritten(delta)
    yield Responded("".join(deltas))


async def shown(models: ThinkingModels, model: str, *deltas: str, tools: bool = False) -> list[str]:
    prompt = Prompt(ConversationId("conv_1"), model, Effort.LOW, "", ())
    if tools:
        prompt = Prompt(
            ConversationId("conv_1"), model, Effort.LOW, "", (), (TOOL,), may_call=False
        )
    return [
        event.delta
        async for event in filtered(events(*deltas), prompt, models)
        if isinstance(event, TextWritten)
    ]


async def test_a_hosted_model_is_shown_at_once():
    assert await shown(ThinkingModels(), "gpt-6.1-terra", "Yes", ", you may.") == [
        "Yes",
        ", you may.",
    ]


async def test_another_is_shown_at_once_when_its_first_text_was_none_but_an_answer():
    models = ThinkingModels()
    assert await shown(models, "qwen3", "Yes", ", you may.") == ["Yes, you may."]
    assert await shown(models, "qwen3", "Yes", ", you may.") == ["Yes", ", you may."]


async def test_a_thought_that_was_not_opened_is_not_shown_even_for_a_moment():
    models = ThinkingModels()
    for _ in range(2):
        told = await shown(
            models, "org/deepseek-r1", "Hm", ".</thi", "nk>\n\nYes", ", you", " may."
        )
        assert told == ["Yes", ", you", " may."]
    assert await shown(models, "org/deepseek-r1", "Yes", ".") == ["Yes."]  # it may be one again


async def test_what_is_shown_wrongly_does_not_go_on():
    models = ThinkingModels()
    await shown(models, "qwen3", "Yes.")
    assert await shown(models, "qwen3", "Hm", ".</think>Yes") == ["Hm"]
    assert await shown(models, "qwen3", "Hm", ".</think>Yes") == ["Yes"]


async def test_what_looks_like_a_call_is_not_shown_while_it_is_written():
    models = ThinkingModels()
    await shown(models, "qwen3", "Yes.")
    assert await shown(models, "qwen3", '{"name"', ": 1}", tools=True) == []
    assert await shown(models, "qwen3", "They", " agree.", tools=True) == ["They", " agree."]
