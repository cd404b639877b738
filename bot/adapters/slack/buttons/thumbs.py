"""The thumbs under a reply, and the form that asks for the reason of a thumb down."""

import json
from dataclasses import dataclass

from bot.adapters.slack.blocks import seals
from bot.adapters.slack.blocks.elements import labelled_input, modal, plain_text, text_input
from bot.json_types import Json
from bot.language import gettext, pgettext
from bot.panel.messaging.messenger import Post
from bot.panel.model import ExpertName, ThreadRef, TurnId
from bot.panel.reports.feedback import LONGEST_REASON, Judged, Opinion

FEEDBACK = "feedback"  # the thumbs' action_id
CALLBACK = "feedback_reason"
_REASON = "reason"
_ROUTER = "-"  # in place of an expert's name
_LONGEST_LABEL = 75


@dataclass(frozen=True, slots=True)
class Thumb:
    """One of the two buttons under a reply."""

    opinion: Opinion
    judged: Judged

    def dump(self) -> str:
        judged = self.judged
        return f"{self.opinion} {judged.expert or _ROUTER} {judged.turn} {judged.reply}"

    @classmethod
    def load(cls, value: str) -> "Thumb":
        """Return what ``dump`` wrote. Raises ValueError if it is anything else."""
        match value.split(" ", 3):
            case [opinion, expert, turn, reply] if expert and turn and reply:
                name = None if expert == _ROUTER else ExpertName(expert)
                return cls(Opinion(opinion), Judged(TurnId(turn), reply, name))
        raise ValueError("not a thumb")


def thumbs(post: Post) -> Json:
    judged = Judged(post.turn, post.part.rpartition(":")[0] or post.part, post.expert)
    good, bad = gettext("Good reply"), gettext("Bad reply")
    if post.persona:
        good = gettext("Good reply of {expert}", expert=post.persona.name)
        bad = gettext("Bad reply of {expert}", expert=post.persona.name)
    buttons = {
        "type": "feedback_buttons",
        "action_id": FEEDBACK,
        "positive_button": _button(Thumb(Opinion.GOOD, judged), pgettext("reply", "Good"), good),
        "negative_button": _button(Thumb(Opinion.BAD, judged), pgettext("reply", "Bad"), bad),
    }
    return {"type": "context_actions", "elements": [buttons]}


def reason_form(thumb: Thumb, thread: ThreadRef) -> Json:
    metadata = seals.thread_fields(thread) | {"thumb": thumb.dump()}
    field = text_input(_REASON, LONGEST_REASON) | {"multiline": True}
    label = gettext("What was wrong with it?")
    hint = gettext("Whoever runs the panel can read this, with your name.")
    blocks = [labelled_input(_REASON, label, hint, field)]
    title, close, submit = gettext("Tell us why"), gettext("Not now"), gettext("Send")
    return modal(title, blocks, close=close, form=CALLBACK, metadata=metadata, submit=submit)


def read(view: Json) -> tuple[Thumb, ThreadRef, str]:
    """Return the content of a submitted form. Raises Refused if it is not valid."""
    with seals.form_read():
        metadata = json.loads(view["private_metadata"])
        reason = view["state"]["values"][_REASON][_REASON]["value"] or ""
        return Thumb.load(str(metadata["thumb"])), seals.thread_in(metadata), reason


def _button(thumb: Thumb, text: str, label: str) -> Json:
    return {
        "text": plain_text(text),
        "accessibility_label": label[:_LONGEST_LABEL],
        "value": thumb.dump(),
    }
