"""Seals: what a button brings back is believed only in the place where we have put it.

Slack sends a button's value with each click, and is not known to check that it was there. So the id
of a block that people act in holds a signature of each of its values, together with its place: a
value is good for nothing in another message, thread, channel or workspace, nor under another
action_id.

Of a menu to choose from, only the menu is sealed: whoever takes the choice checks it, as they do
with what people type.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from bot.adapters.slack.api.metadata import SEAL_LENGTH, StampSigner
from bot.json_types import Json
from bot.language import gettext
from bot.panel.errors import Refused
from bot.panel.model import ThreadRef

_PREFIX = "sealed."
_LONGEST = 255
_CHOICE = "\0choice"  # no value

Place = tuple[str, ...]


def in_message(thread: ThreadRef, ts: str) -> Place:
    """Return the place of a message whose ts is known."""
    return ("message", thread.team_id, thread.channel_id, thread.thread_ts, ts)


def in_part(thread: ThreadRef, turn: str, part: str) -> Place:
    """Return the place of a message that is about to be posted: its stamp will have these."""
    return ("part", thread.team_id, thread.channel_id, thread.thread_ts, turn, part)


def in_home(team_id: str, user: str) -> Place:
    """Return the place of what the home of *user* shows."""
    return ("home", team_id, user)


def in_answer(team_id: str, channel_id: str, user: str) -> Place:
    """Return the place of what only *user* sees, in answer to a command."""
    return ("answer", team_id, channel_id, user)


def thread_fields(thread: ThreadRef) -> Json:
    """Return *thread* as a form's metadata tell it: see ``thread_in``."""
    return {"team": thread.team_id, "channel": thread.channel_id, "thread": thread.thread_ts}


def thread_in(metadata: Json) -> ThreadRef:
    """Return the thread that a form is about. Raises KeyError if it is about none."""
    return ThreadRef(metadata["team"], metadata["channel"], metadata["thread"])


def sealed(blocks: Sequence[Json], signer: StampSigner, place: Place) -> list[Json]:
    """Return *blocks* such that ``value`` knows again whatever people do in them."""
    return [_sealed(block, signer, place) for block in blocks]


def value(action: Json, signer: StampSigner, place: Place) -> str | None:
    """Return what was pressed or chosen; None unless we have offered it in *place*."""
    block_id = str(action.get("block_id") or "")
    if not block_id.startswith(_PREFIX):
        return None
    signatures, (told, sealed_value) = block_id.removeprefix(_PREFIX), _acted(action)
    fields = (*place, str(action.get("action_id")), sealed_value)
    starts = range(0, len(signatures), SEAL_LENGTH)
    held = [signer.has_sealed(signatures[at : at + SEAL_LENGTH], *fields) for at in starts]
    return told if any(held) else None


def shown_value(action: Json, blocks: Sequence[Json]) -> str | None:
    """Return what was pressed; None unless *blocks*, as Slack shows them, offer it unsealed.

    So were those of older versions.
    """
    if str(action.get("block_id") or "").startswith(_PREFIX):
        return None
    told, held = _acted(action)
    offered = (pair for block in blocks for pair in _values(block))
    return told if (str(action.get("action_id")), held) in offered else None


def button_out_of_date() -> Refused:
    """Return the error for a button that we have not put there, or that is of an older version."""
    return Refused(gettext("This button is out of date; please ask again."))


def form_out_of_date() -> Refused:
    """Return the error for a form that we have not opened, or that is of an older version."""
    return Refused(gettext("This form is out of date; please close it and give the command again."))


@contextmanager
def form_read() -> Iterator[None]:
    """Raise Refused if the form that is read is not as we have sent it."""
    try:
        yield
    except (KeyError, TypeError, ValueError) as error:
        raise form_out_of_date() from error


def _sealed(block: Json, signer: StampSigner, place: Place) -> Json:
    seals = [signer.seal(*place, action_id, held) for action_id, held in _values(block)]
    if not seals:
        return block
    block_id = _PREFIX + "".join(seals)
    if len(block_id) > _LONGEST:
        raise ValueError(f"one block cannot hold the seals of {len(seals)} values")
    return {**block, "block_id": block_id}


def _values(block: Json) -> Iterator[tuple[str, str]]:
    """Yield the action_id and the value of whatever people can press or choose in *block*."""
    for element in (*block.get("elements", ()), block.get("accessory")):
        if not isinstance(element, dict) or "action_id" not in element:
            continue
        action_id = str(element["action_id"])
        match element["type"]:
            case "button":
                yield action_id, element.get("value") or ""
            case "feedback_buttons":
                for button in ("positive_button", "negative_button"):
                    yield action_id, element[button]["value"]
            case "overflow":
                yield from ((action_id, option["value"]) for option in element["options"])
            case _:
                yield action_id, _CHOICE


def _acted(action: Json) -> tuple[str, str]:
    """Return what was pressed or chosen, and what of it is sealed."""
    option = action.get("selected_option") or {}
    match action.get("type"):
        case "button" | "feedback_buttons":
            pressed = action.get("value") or ""
            return pressed, pressed
        case "overflow":
            pressed = option.get("value") or ""
            return pressed, pressed
        case _:
            return option.get("value") or "", _CHOICE
