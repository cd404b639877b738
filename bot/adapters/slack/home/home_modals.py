"""The modals that the app's home opens, beside the form for experts."""

import json

from bot.adapters.slack.blocks.answers import Answer, notice
from bot.adapters.slack.blocks.elements import labelled_input, modal, section, text_input
from bot.adapters.slack.experts.panel_messages import labelled_name
from bot.adapters.slack.markdown import sanitize
from bot.json_types import Json
from bot.language import gettext
from bot.panel.model import Expert

REMOVAL, BUDGET = "home_remove_expert", "home_set_budget"  # the callback_ids
_WRITTEN, _LONGEST = "written", 100


def sentence(text: str) -> Json:
    return notice(Answer(text, [section(sanitize.mrkdwn(text))]))


def removed_name(view: Json) -> str:
    return str(json.loads(view["private_metadata"])["name"])


def budget() -> Json:
    element = text_input(_WRITTEN, _LONGEST, example="person $2/day")
    hint = gettext(
        "Whose budget it is and how much, such as “channel $20/month”, “expert:legal 5M "
        "tokens/month”, “workspace unlimited” or “person off”."
    )
    written = labelled_input(_WRITTEN, gettext("Budget"), hint, element)
    title, close, submit = gettext("Change a budget"), gettext("Cancel"), gettext("Change")
    return modal(title, [written], close=close, form=BUDGET, metadata={}, submit=submit)


def written_budget(view: Json) -> str:
    return str(view["state"]["values"][_WRITTEN][_WRITTEN].get("value") or "")


def removal(expert: Expert) -> Json:
    question = gettext(
        "Remove {expert} from the default panel of all channels? Channels that added it themselves "
        "keep it, and it can be added again.",
        expert=labelled_name(expert),
    )
    title, blocks, close = gettext("Remove expert"), [section(question)], gettext("Keep it")
    named, submit = {"name": expert.name}, gettext("Remove")
    return modal(title, blocks, close=close, form=REMOVAL, metadata=named, submit=submit)
