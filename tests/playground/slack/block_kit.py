"""Modals for tests to open, and a button to press."""

from typing import Any

from bot.json_types import Json

INPUT: Json = {
    "type": "input",
    "block_id": "name",
    "label": {"type": "plain_text", "text": "Name"},
    "element": {"type": "plain_text_input", "action_id": "name"},
}

AGREE: Json = {
    "type": "button",
    "action_id": "agree",
    "value": "yes",
    "text": {"type": "plain_text", "text": "Agree"},
}


def modal(**more: Any) -> Json:
    """Return a modal with one input, but for what is said otherwise."""
    return {
        "type": "modal",
        "title": {"type": "plain_text", "text": "Add an expert"},
        "submit": {"type": "plain_text", "text": "Add"},
        "blocks": [INPUT],
        **more,
    }
