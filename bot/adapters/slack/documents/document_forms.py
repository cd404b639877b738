"""The form that gives an expert documents: built and read."""

import json
from dataclasses import dataclass

from bot.adapters.slack.blocks import elements, seals
from bot.adapters.slack.blocks.elements import labelled_input, plain_text
from bot.adapters.slack.blocks.form_target import FormTarget
from bot.json_types import Json
from bot.language import gettext
from bot.panel.errors import Refused
from bot.panel.model import Expert

CALLBACK = "teach_expert"
MOST_FILES = 10
_VALUE = "value"


@dataclass(frozen=True, slots=True)
class DocumentSubmission:
    """The documents in a submitted form: files, and a link to a message."""

    target: FormTarget
    files: tuple[str, ...]  # their ids
    link: str


def modal(target: FormTarget, expert: Expert) -> Json:
    if target.for_defaults:
        explanation = gettext(
            "{expert} will look things up in these documents in all channels, and cite them.",
            expert=expert.title,
        )
    else:
        explanation = gettext(
            "{expert} will look things up in these documents in this channel, and cite them.",
            expert=expert.title,
        )
    files = {"type": "file_input", "action_id": _VALUE, "max_files": MOST_FILES}
    link = elements.text_input(_VALUE, 500)
    hint = gettext("PDF, Word, PowerPoint, Markdown, text or code.")
    message, link_hint = (
        gettext("Or a message of this channel"),
        gettext("Its menu has “Copy link”."),
    )
    blocks = [
        {"type": "section", "text": plain_text(explanation)},
        labelled_input("files", gettext("Files"), hint, files, optional=True),
        labelled_input("link", message, link_hint, link, optional=True),
    ]
    title, close = gettext("Teach an expert"), gettext("Cancel")
    data, submit = target.dump(), gettext("Teach")
    return elements.modal(title, blocks, close=close, form=CALLBACK, metadata=data, submit=submit)


def read(view: Json) -> DocumentSubmission:
    """Return the content of a submitted form. Raises Refused if it names no document."""
    with seals.form_read():
        target = FormTarget.load(json.loads(view["private_metadata"]))
        target.expert  # noqa: B018 - it has to be named
        values = view["state"]["values"]
        files = tuple(str(file["id"]) for file in values["files"][_VALUE].get("files") or ())
        link = (values["link"][_VALUE].get("value") or "").strip()
    if not files and not link:
        raise Refused(gettext("Please choose a file, or paste a link to a message."), field="files")
    return DocumentSubmission(target, files, link)
