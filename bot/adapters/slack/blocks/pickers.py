"""Modals in which an expert is picked: to be asked as well, or to join a thread."""

import json
from collections.abc import Sequence

from bot.json_types import Json
from bot.language import gettext
from bot.panel.model import Expert, ExpertName, MessageTs, Steer, ThreadRef, Wish

ASK, JOIN = "ask_expert", "join_expert"  # the callback_ids
WHO = "expert"  # the block of the choice
_MOST = 100  # options in a menu
_LONGEST = 75


def ask(thread: ThreadRef, pressed: MessageTs, steer: Steer, experts: Sequence[Expert]) -> Json:
    """Return the modal that asks which of *experts* is to answer, too."""
    about = {"since": steer.since, "until": steer.until}
    title, kept = gettext("Ask another expert"), _where(thread, pressed) | about
    return _modal(ASK, title, gettext("Ask"), kept, experts)


def picked_to_ask(view: Json) -> tuple[ThreadRef, MessageTs, Steer]:
    """Return where that was, when the button was pressed, and what is wanted."""
    kept = json.loads(view["private_metadata"])
    since, until = MessageTs(kept["since"]), MessageTs(kept["until"])
    return *_from(kept), Steer(Wish.ANOTHER, since, until, (_chosen(view),))


def join(thread: ThreadRef, pressed: MessageTs, experts: Sequence[Expert]) -> Json:
    """Return the modal that asks which of *experts* is to join the thread."""
    title, kept = gettext("Add an expert"), _where(thread, pressed)
    return _modal(JOIN, title, gettext("Add"), kept, experts)


def picked_to_join(view: Json) -> tuple[ThreadRef, MessageTs, ExpertName]:
    """Return where that was, when it was asked for, and who is to join."""
    return *_from(json.loads(view["private_metadata"])), _chosen(view)


def _modal(callback: str, title: str, submit: str, kept: Json, experts: Sequence[Expert]) -> Json:
    modal = {
        "type": "modal",
        "callback_id": callback,
        "private_metadata": json.dumps(kept),
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
    choice = {"type": "input", "block_id": WHO, "label": _plain(gettext("Expert")), "element": menu}
    return modal | {"submit": _plain(submit), "blocks": [choice]}


def _option(expert: Expert) -> Json:
    return {
        "text": _plain(expert.title),
        "value": expert.name,
        "description": _plain(expert.purpose),
    }


def _where(thread: ThreadRef, pressed: MessageTs) -> Json:
    return {
        "team": thread.team_id,
        "channel": thread.channel_id,
        "thread": thread.thread_ts,
        "pressed": pressed,
    }


def _from(kept: Json) -> tuple[ThreadRef, MessageTs]:
    thread = ThreadRef(kept["team"], kept["channel"], kept["thread"])
    return thread, MessageTs(kept["pressed"])


def _chosen(view: Json) -> ExpertName:
    return ExpertName(view["state"]["values"][WHO]["who"]["selected_option"]["value"])


def _plain(words: str) -> Json:
    fitting = words if len(words) <= _LONGEST else words[: _LONGEST - 1] + "…"
    return {"type": "plain_text", "text": fitting}
