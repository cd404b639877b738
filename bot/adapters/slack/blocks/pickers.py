"""Modals that pick an expert: to answer a question as well, or to join a thread."""

import json
from collections.abc import Sequence

from bot.adapters.slack.blocks import seals
from bot.adapters.slack.blocks.elements import (
    described,
    labelled_input,
    menu,
    modal,
    plain_text,
)
from bot.json_types import Json
from bot.language import gettext
from bot.panel.errors import Refused
from bot.panel.model import Expert, ExpertName, MessageTs, Steer, ThreadRef, Wish
from bot.panel.roster.expert_checks import check_name

ASK, JOIN = "ask_expert", "join_expert"  # the callback_ids
EXPERT, WHO = "expert", "who"  # the input's block_id and action_id


def ask(
    thread: ThreadRef,
    pressed: MessageTs,
    steer: Steer,
    panel: Sequence[Expert],
    but: ExpertName | None = None,
) -> Json:
    """Return the modal that picks another of *panel* than *but* to answer, too."""
    span = {
        "since": steer.since,
        "until": steer.until,
        "last": steer.last or "",
        "but": but or "",
        "chosen": steer.chosen,
    }
    title, metadata = gettext("Ask another expert"), _place(thread, pressed) | span
    experts = [expert for expert in panel if expert.name != but]
    return _modal(ASK, title, gettext("Ask"), metadata, experts)


def picked_to_ask(view: Json) -> tuple[ThreadRef, MessageTs, Steer]:
    """Return the thread, when the button was clicked, and the follow-up.

    Raises Refused if the form is not valid.
    """
    with seals.form_read():
        metadata = json.loads(view["private_metadata"])
        since, until = MessageTs(metadata["since"]), MessageTs(metadata["until"])
        last = MessageTs(metadata["last"]) if metadata.get("last") else None
        is_choice = metadata.get("chosen") is True
        wish = Wish.ASK if is_choice else Wish.ANOTHER
        steer = Steer(wish, since, until, (_chosen(view),), chosen=is_choice, last=last)
        return *_read_place(metadata), steer


def chosen_before() -> Refused:
    """Return the refusal of a choice of who answers that comes too late."""
    return Refused(gettext("Somebody has chosen already, or the thread has gone on."))


def join(thread: ThreadRef, pressed: MessageTs, experts: Sequence[Expert]) -> Json:
    title, metadata = gettext("Add an expert"), _place(thread, pressed)
    return _modal(JOIN, title, gettext("Add"), metadata, experts)


def picked_to_join(view: Json) -> tuple[ThreadRef, MessageTs, ExpertName]:
    """Return the thread, when the modal was opened, and the expert.

    Raises Refused if the form is not valid.
    """
    with seals.form_read():
        return *_read_place(json.loads(view["private_metadata"])), _chosen(view)


def place(view: Json) -> tuple[ThreadRef, str]:
    """Return the thread that a modal is about, and who is not offered.

    Raises Refused if the form is not valid.
    """
    with seals.form_read():
        metadata = json.loads(view["private_metadata"])
        return _read_place(metadata)[0], str(metadata.get("but", ""))


def _modal(
    callback: str, title: str, submit: str, metadata: Json, experts: Sequence[Expert]
) -> Json:
    cancel = gettext("Cancel")
    if not experts:
        text = plain_text(gettext("Everybody is on this panel already."))
        block = {"type": "section", "text": text}
        return modal(title, [block], close=cancel, form=callback, metadata=metadata)
    element = menu(WHO, gettext("Choose an expert"), [described(expert) for expert in experts])
    choice = labelled_input(EXPERT, gettext("Expert"), "", element)
    return modal(title, [choice], close=cancel, form=callback, metadata=metadata, submit=submit)


def _place(thread: ThreadRef, pressed: MessageTs) -> Json:
    return seals.thread_fields(thread) | {"pressed": pressed}


def _read_place(metadata: Json) -> tuple[ThreadRef, MessageTs]:
    return seals.thread_in(metadata), MessageTs(metadata["pressed"])


def _chosen(view: Json) -> ExpertName:
    name = view["state"]["values"][EXPERT][WHO]["selected_option"]["value"]
    return check_name(str(name))  # else it would be any words, as if said in the thread
