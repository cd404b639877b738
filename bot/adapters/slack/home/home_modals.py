"""The modals that the app's home opens, beside the form for experts."""

import json

from bot.adapters.slack.blocks.answers import Answer, notice
from bot.adapters.slack.blocks.elements import section
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
    return {
        "type": "modal",
        "callback_id": REMOVAL,
        "private_metadata": json.dumps({"name": expert.name}),
        "title": {"type": "plain_text", "text": gettext("Remove expert")},
        "submit": {"type": "plain_text", "text": gettext("Remove")},
        "close": {"type": "plain_text", "text": gettext("Keep it")},
        "blocks": [section(question)],
    }
