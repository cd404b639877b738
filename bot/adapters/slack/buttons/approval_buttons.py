"""The buttons by which people decide on what an expert wants to do."""

from bot.json_types import Json
from bot.language import gettext
from bot.panel.model import ApprovalId

APPROVE, DECLINE = "approve", "decline"  # the buttons' action_ids


def decisions(approval: ApprovalId) -> list[Json]:
    """Return the buttons under a message that asks for approval."""
    return [
        _button(
            APPROVE,
            gettext("Approve"),
            "primary",
            gettext("Approve: let the expert use it"),
            approval,
        ),
        _button(
            DECLINE,
            gettext("Decline"),
            "danger",
            gettext("Decline: do not let the expert use it"),
            approval,
        ),
    ]


def _button(action: str, text: str, style: str, label: str, approval: ApprovalId) -> Json:
    return {
        "type": "button",
        "action_id": action,
        "style": style,
        "text": {"type": "plain_text", "text": text},
        "accessibility_label": label,
        "value": approval,
    }
