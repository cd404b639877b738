"""Submitted forms that are refused: they stay open, with the reason beside an input."""

from slack_bolt.async_app import AsyncAck

from bot.adapters.slack.interactions.error_sentences import error_sentence
from bot.json_types import Json
from bot.panel.errors import PanelError, Refused


async def refuse_form(ack: AsyncAck, view: Json, error: PanelError) -> None:
    """Leave a form open, with what is wrong beside the input that it is about."""
    field = error.field if isinstance(error, Refused) else None
    await ack(response_action="errors", errors=errors(view, error_sentence(error), field))


def errors(view: Json, problem: str, field: str | None) -> dict[str, str]:
    """Return *problem* at the input that it is about; at the first if it is about none."""
    inputs = [block["block_id"] for block in view["blocks"] if block["type"] == "input"]
    return {field if field is not None and field in inputs else inputs[0]: problem}
