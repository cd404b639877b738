"""Refusing a submitted form: it stays open, with the reason at an input."""

from slack_bolt.async_app import AsyncAck

from bot.adapters.slack.interactions.error_sentences import error_sentence
from bot.json_types import Json
from bot.panel.errors import PanelError, Refused


async def refuse_form(ack: AsyncAck, view: Json, error: PanelError) -> None:
    """Leave a form open, with the reason at the input that *error* is about."""
    field = error.field if isinstance(error, Refused) else None
    await ack(response_action="errors", errors=errors(view, error_sentence(error), field))


def errors(view: Json, problem: str, field: str | None) -> dict[str, str]:
    """Return the error for the input *field*; for the first input if there is no such field."""
    inputs = [block["block_id"] for block in view["blocks"] if block["type"] == "input"]
    return {field if field is not None and field in inputs else inputs[0]: problem}
