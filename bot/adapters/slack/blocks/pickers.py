"""Modals that pick an expert: to answer a question as well, or to join a thread."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from bot.json_types import Json
from bot.language import gettext
from bot.panel.errors import Refused
from bot.panel.model import Expert, ExpertName, MessageTs, Steer, ThreadRef, Wish

ASK, JOIN = "ask_expert", "join_expert"  # the callback_ids
EXPERT = "expert"  # the input's block_id
_MOST = 100  # options in a menu
_LONGEST = 75


def ask(thread: ThreadRef, pressed: MessageTs, steer: Steer, experts: Sequence[Expert]) -> Json:
    """Return the modal that picks one of *experts* to answer, too."""
    span = {"since": steer.since, "until": steer.until}
    title, metadata = gettext("Ask another expert"), _place(thread, pressed) | span
    return _modal(ASK, title, gettext("Ask"), metadata, experts)


def picked_to_ask(view: Json) -> tuple[ThreadRef, MessageTs, Steer]:
    """Return the thread, when the button was clicked, and the follow-up.

    Raises Refused if the form is not valid.
    """
    with _refusing():
        metadata = json.loads(view["private_metadata"])
        since, until = MessageTs(metadata["since"]), MessageTs(metadata["until"])
        return *_read_place(metadata), Steer(Wish.ANOTHER, since, until, (_chosen(view),))


def join(thread: ThreadRef, pressed: MessageTs, experts: Sequence[Expert]) -> Json:
    """Return the modal that picks one of *experts* to join the thread."""
    title, metadata = gettext("Add an expert"), _place(thread, pressed)
    return _modal(JOIN, title, gettext("Add"), metadata, experts)


def picked_to_join(view: Json) -> tuple[ThreadRef, MessageTs, ExpertName]:
    """Return the thread, when the modal was opened, and the expert.

    Raises Refused if the form is not valid.
    """
    with _refusing():
        return *_read_place(json.loads(view["private_metadata"])), _chosen(view)


def _modal(
    callback: str, title: str, submit: str, metadata: Json, experts: Sequence[Expert]
) -> Json:
    modal = {
        "type": "modal",
        "callback_id": callback,
        "private_metadata": json.dumps(metadata),
        "title": _plain(title),
        "close": _plain(gettext("Cancel")),
    }
    if not experts:
        text = gettext("Everybody is on this panel already.")
        return modal | {"blocks": [{"type": "section", "text": _plain(text)}]}
    menu = {
        "type": "static_select",
        "action_id": "who",
        "placeholder": _plain(gettext("Choose an expert")),
        "options": [_option(expert) for expert in experts[:_MOST]],
    }
    choice = {
        "type": "input",
        "block_id": EXPERT,
        "label": _plain(gettext("Expert")),
        "element": menu,
    }
    return modal | {"submit": _plain(submit), "blocks": [choice]}


def _option(expert: Expert) -> Json:
    return {
        "text": _plain(expert.title),
        "value": expert.name,
        "description": _plain(expert.purpose),
    }


def _place(thread: ThreadRef, pressed: MessageTs) -> Json:
    return {
        "team": thread.team_id,
        "channel": thread.channel_id,
        "thread": thread.thread_ts,
        "pressed": pressed,
    }


def _read_place(metadata: Json) -> tuple[ThreadRef, MessageTs]:
    thread = ThreadRef(metadata["team"], metadata["channel"], metadata["thread"])
    return thread, MessageTs(metadata["pressed"])


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except (ValueError, KeyError, TypeError) as error:
        raise Refused(
            gettext("This form is out of date; please close it and give the command again.")
        ) from error


def _chosen(view: Json) -> ExpertName:
    return ExpertName(view["state"]["values"][EXPERT]["who"]["selected_option"]["value"])


def _plain(text: str) -> Json:
    if len(text) > _LONGEST:
        text = text[: _LONGEST - 1] + "…"
    return {"type": "plain_text", "text": text}
