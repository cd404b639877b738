"""Sentences that explain errors to people, without any internals; also in forms."""

import re
from typing import TYPE_CHECKING

from bot.adapters.slack.content import json_access
from bot.json_types import Json
from bot.language import gettext
from bot.panel.errors import (
    MessengerRefused,
    MessengerUnavailable,
    ModelRefused,
    ModelUnavailable,
    PanelError,
    Refused,
)
from bot.panel.texts import apologies, failure_sentences, refusal_sentences

if TYPE_CHECKING:
    from slack_bolt.async_app import AsyncAck

_CODE = re.compile("`([^`\n]*)`")
_TRIGGER_EXPIRED = frozenset({"exchanged_trigger_id", "expired_trigger_id", "trigger_expired"})


def error_sentence(error: PanelError) -> str:
    """Return the sentence that explains *error* to people."""
    match error:
        case Refused():
            return str(error)
        case MessengerRefused(code=code) if code in _TRIGGER_EXPIRED:
            return gettext("That took me too long; please give the command again.")
        case MessengerRefused():
            return apologies.refused(error)
        case MessengerUnavailable():
            return gettext("I cannot reach Slack just now; please try again in a minute.")
        case ModelRefused(fault=fault, server=server):
            return refusal_sentences.repairable(fault, server) or gettext(
                "The model service did not let me do that; please tell whoever runs me."
            )
        case ModelUnavailable():
            problem = failure_sentences.problem(error)
            return gettext("{problem}; please try again in a minute.", problem=problem)
        case _:
            return gettext("I cannot reach my memory just now; please try again in a minute.")


async def refuse_form(ack: "AsyncAck", view: Json, error: PanelError) -> None:
    """Leave a form open, with the reason at the input that *error* is about."""
    field = error.field if isinstance(error, Refused) else None
    await ack(response_action="errors", errors=errors(view, error_sentence(error), field))


def errors(view: Json, problem: str, field: str | None) -> dict[str, str]:
    """Return the error, without markup, for the input *field*; for the first if there is none."""
    blocks = json_access.children(view, "blocks")
    inputs = [str(block.get("block_id")) for block in blocks if block.get("type") == "input"]
    shown = _CODE.sub(r"\1", problem)
    return {field if field in inputs else next(iter(inputs), "form"): shown}
