"""Prompts and what comes of them."""

from contextlib import aclosing
from dataclasses import replace
from typing import Any

from bot.panel.language_model.exchange import ModelEvent, Prompt, Tool, UserSaid
from bot.panel.language_model.language_model import LanguageModel
from bot.panel.model import ConversationId, Effort

ASK_LEGAL = Tool("ask_legal", "Ask the lawyer.", {"reason": "why", "brief": "what"})
PROMPT = Prompt(
    ConversationId("conv_1"), "gpt-6-luna", Effort.LOW, "Be kind.", (UserSaid("Hi 17"),)
)


def prompt(**changes: Any) -> Prompt:
    return replace(PROMPT, **changes)


async def told(model: LanguageModel, asked: Prompt = PROMPT) -> list[ModelEvent]:
    async with aclosing(model.respond(asked)) as events:
        return [event async for event in events]
