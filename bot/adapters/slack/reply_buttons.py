"""What people can do with a message: the one row of buttons under it.

The message of a persona is never edited, so the row is posted with it and stays as it is. A
button's value says which message it stands under; a click comes back with it.
"""

from dataclasses import dataclass
from typing import Any

from bot.adapters.slack import sources
from bot.adapters.slack.metadata import call_of
from bot.panel.model import CallId, TurnId
from bot.panel.ports import Post

Json = dict[str, Any]

SHOW_WORK, RETRY = "show_work", "retry"  # the buttons' action_ids
_LONGEST_LABEL = 75


@dataclass(frozen=True, slots=True)
class Subject:
    """The message that a button stands under."""

    turn: TurnId
    part: str

    @property
    def call_id(self) -> CallId | None:
        """The call that the message answers; None if the router wrote it."""
        return call_of(self.part)

    def dump(self) -> str:
        """Return the subject as a button's value."""
        return f"{self.turn} {self.part}"

    @classmethod
    def load(cls, value: str) -> "Subject":
        """Return what ``dump`` wrote. Raises ValueError if it is anything else."""
        turn, separator, part = value.partition(" ")
        if not (turn and separator and part):
            raise ValueError("not the subject of a button")
        return cls(TurnId(turn), part)


def row(post: Post) -> list[Json]:
    """Return the row under *post*; nothing where there is nothing to act on."""
    wanted = ((post.ends_reply, _show_work), (post.offers_retry, _retry))
    buttons = [button(post) for is_wanted, button in wanted if is_wanted]
    if post.sources:
        buttons.append(sources.button(post.sources))
    return [{"type": "actions", "elements": buttons}] if buttons else []


def _show_work(post: Post) -> Json:
    whose = f" of {post.persona.name}" if post.persona else ""
    label = f"Show work: how this reply{whose} came about"
    return {
        "type": "button",
        "action_id": SHOW_WORK,
        "text": {"type": "plain_text", "text": "Show work"},
        "accessibility_label": label[:_LONGEST_LABEL],
        "value": Subject(post.turn, post.part).dump(),
    }


def _retry(post: Post) -> Json:
    """Return the button that puts the buried turn back on the queue."""
    return {
        "type": "button",
        "action_id": RETRY,
        "text": {"type": "plain_text", "text": "Try again"},
        "value": post.turn,
    }
