"""The version of a panel, as the router knows it."""

import hashlib
from dataclasses import astuple
from functools import lru_cache

from bot.panel.language_model import prompts
from bot.panel.language_model.instructions import router_instructions
from bot.panel.model import Expert, Panel

_DIGITS = 16


def panel_version(panel: Panel) -> str:
    """Return a hash of what the router reads of *panel*: its experts' purposes, and its rules."""
    return _version(panel.rules, panel.experts)


@lru_cache(maxsize=200)
def _version(rules: tuple[str, ...], experts: tuple[Expert, ...]) -> str:
    tools = (repr(astuple(tool)) for tool in prompts.tools(Panel(experts)))
    return digest(router_instructions(rules), *tools)


def digest(*parts: str) -> str:
    """Return a hash of *parts*, in their order."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:_DIGITS]
