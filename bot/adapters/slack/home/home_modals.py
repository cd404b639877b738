"""The modals that the app's home opens, beside the form for experts."""

import json

from bot.adapters.slack.blocks.answers import Answer, notice
from bot.adapters.slack.blocks.elements import modal, plain_text, section
from bot.adapters.slack.experts.panel_messages import labelled_name
from bot.adapters.slack.markdown import sanitize
from bot.json_types import Json
from bot.language import gettext
from bot.panel.model import Expert

REMOVAL = "home_remove_expert"  # the callback_id


def sentence(text: str) -> Json:
    """Return a modal with one sentence."""
    return notice(Answer(text, [section(sanitize.mrkdwn(text))]))


def removed_name(view: Json) -> str:
    """Return whom a submitted modal removes."""
    return str(json.loads(view["private_metadata"])["name"])


def removal(expert: Expert) -> Json:
    """Return the modal that asks for confirmation before an expert is removed."""
    question = gettext(
        "Remove {expert} from the default panel of all channels? Channels that added it themselves "
        "keep it, and it can be added again.",
        expert=labelled_name(expert),
    )
    title, blocks, close = gettext("Remove expert"), [section(question)], gettext("Keep it")
    form = modal(title, blocks, close=close, form=REMOVAL, metadata={"name": expert.name})
    return form | {"submit": plain_text(gettext("Remove"))}
