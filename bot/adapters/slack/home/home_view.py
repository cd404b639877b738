"""The app's home as Slack's view: the roster, where channels differ, who may change it, figures.

Whoever opens it may not be in every channel: of a channel it tells how much differs, not what.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from bot.adapters.slack.blocks import charts
from bot.adapters.slack.blocks.elements import literal, note, option, plain_text, section
from bot.adapters.slack.experts.panel_messages import (
    answers_to,
    filed,
    introduced,
    packed,
    tools_of,
)
from bot.adapters.slack.markdown import sanitize
from bot.json_types import Json
from bot.language import day, gettext, ngettext
from bot.panel import months
from bot.panel.model import Expert, Synthesis
from bot.panel.reports.overview import Figures, Overview
from bot.panel.roster.panel_reader import PanelEntry
from bot.panel.roster.roster import RosterChanges

EXPERT, ADD_NEW, ADD_LISTED, SYNTHESIS = "home_expert", "home_new", "home_add", "home_synthesis"
MONTH = "home_month"
SHOW, EDIT, REMOVE = "show", "edit", "remove"

_MOST_EXPERTS = 50  # a view has a hundred blocks
_MOST_OFFERED = 100  # in one menu
_MOST_CHANNELS = 50
_MOST_FIGURES = 50
_VERBS = (SHOW, EDIT, REMOVE)


def home(overview: Overview, *, with_charts: bool) -> Json:
    """Return the home; without charts where Slack has none."""
    content = [
        *_roster(overview),
        *_channels(overview.channels),
        *_numbers(overview, with_charts=with_charts),
        *_rights(overview),
    ]
    return {"type": "home", "blocks": content}


def sentence(words: str) -> Json:
    """Return a home that says one thing."""
    return {"type": "home", "blocks": [section(sanitize.mrkdwn(words))]}


def act(value: str) -> tuple[str, str]:
    """Return what is to be done with which expert. Raises ValueError if it is none of ours."""
    verb, _, name = value.partition(" ")
    if verb not in _VERBS or not name:
        raise ValueError("not something to do with an expert")
    return verb, name


def _roster(overview: Overview) -> Iterator[Json]:
    yield _header(gettext("The default panel of all channels"))
    if overview.may_change:
        yield _changing(overview)
    else:
        when = _when(overview.synthesis)
        yield note(gettext("Router's summary: *{when}*.", when=when))
    if overview.kept_in:
        yield note(filed(overview.kept_in))
    for listed in overview.entries[:_MOST_EXPERTS]:
        yield _expert(listed, overview)
    if not overview.entries:
        yield section(gettext("There is nobody on it."))
    if (more := len(overview.entries) - _MOST_EXPERTS) > 0:
        yield note(
            ngettext(
                "And {count} more: `/experts default` lists them all.",
                "And {count} more: `/experts default` lists them all.",
                more,
            )
        )


def _changing(overview: Overview) -> Json:
    new = {
        "type": "button",
        "action_id": ADD_NEW,
        "style": "primary",
        "text": plain_text(gettext("Describe an expert")),
        "accessibility_label": gettext("Describe an expert of your own for the default panel"),
    }
    offered = [option(_choice(one), one.name) for one in overview.addable[:_MOST_OFFERED]]
    library = {
        "type": "static_select",
        "action_id": ADD_LISTED,
        "placeholder": plain_text(gettext("Add from the library")),
        "options": offered,
    }
    times = {
        one: option(gettext("Summary: {when}", when=_when(one)), one.value) for one in Synthesis
    }
    summary = {
        "type": "static_select",
        "action_id": SYNTHESIS,
        "placeholder": plain_text(gettext("When the router sums up")),
        "options": list(times.values()),
        "initial_option": times[overview.synthesis],
    }
    return {"type": "actions", "elements": [new, *([library] if offered else []), summary]}


def _when(synthesis: Synthesis) -> str:
    return {
        Synthesis.AUTO: gettext("after two or more answers"),
        Synthesis.ALWAYS: gettext("after every answer"),
        Synthesis.NEVER: gettext("never"),
    }[synthesis]


def _acts(title: str) -> Mapping[str, str]:
    """Return what can be done with an expert; the menu has no label but its options."""
    return {
        SHOW: gettext("Show {title}", title=title),
        EDIT: gettext("Edit {title} …", title=title),
        REMOVE: gettext("Remove {title} …", title=title),
    }


def _expert(listed: PanelEntry, overview: Overview) -> Json:
    expert = listed.expert
    acts = _acts(literal(expert.title, 40))
    shown = _VERBS if overview.may_change else (SHOW,)
    changed = gettext("added or changed here")
    origin = "" if listed.origin is None else f" · _{changed}_"
    menu = {
        "type": "overflow",
        "action_id": EXPERT,
        "options": [option(acts[verb], f"{verb} {expert.name}") for verb in shown],
    }
    called = answers_to(overview.handles.get(expert.name))
    used = f"\n_{tools_of(expert)}_" if expert.tools else ""
    words = f"{introduced(expert)}{called}{origin}\n{sanitize.mrkdwn(expert.purpose)}{used}"
    return {**section(words), "accessory": menu}


def _channels(channels: Sequence[tuple[str, RosterChanges]]) -> Iterator[Json]:
    yield {"type": "divider"}
    yield _header(gettext("Channels with changes of their own"))
    places = [(channel, one) for channel, one in channels if not channel.startswith("D")]
    lines = [f"• <#{channel}>: {_difference(one)}" for channel, one in places[:_MOST_CHANNELS]]
    yield from map(
        section, packed(lines or [gettext("None: every channel has the default panel.")])
    )
    if (more := len(places) - _MOST_CHANNELS) > 0:
        yield note(ngettext("And {count} more.", "And {count} more.", more))
    yield note(gettext("`/experts` in a channel shows its panel, and changes it."))


def _difference(changes: RosterChanges) -> str:
    parts: list[str] = []
    if added := len(changes.added):
        parts.append(ngettext("{count} added or changed", "{count} added or changed", added))
    if removed := len(changes.removed):
        parts.append(ngettext("{count} removed", "{count} removed", removed))
    if changes.synthesis:
        parts.append(gettext("summary {when}", when=_when(changes.synthesis)))
    return " · ".join(parts)


def _numbers(overview: Overview, *, with_charts: bool) -> Iterator[Json]:
    yield {"type": "divider"}
    yield _header(gettext("Usage and feedback"))
    yield {**section(f"*{months.month_name(overview.month)}*"), "accessory": _months(overview)}
    if not overview.figures:
        yield section(gettext("Nothing was answered in this month."))
        return
    if with_charts:
        yield from charts.charts(overview.figures)
    yield from map(section, packed(_lines(overview.figures)))
    yield note(
        " ".join(
            (
                gettext(
                    "Cost at list prices of {day}, before discounts.",
                    day=sanitize.mrkdwn(day(overview.prices_as_of)),
                ),
                gettext("Counted once a question is answered."),
            )
        )
    )


def _months(overview: Overview) -> Json:
    options = {month: option(months.month_name(month), month) for month in overview.months}
    return {
        "type": "static_select",
        "action_id": MONTH,
        "placeholder": plain_text(gettext("Another month")),
        "options": list(options.values()),
        "initial_option": options[overview.month],
    }


def _lines(figures: Sequence[Figures]) -> Iterable[str]:
    yield from map(charts.in_words, figures[:_MOST_FIGURES])
    if (more := len(figures) - _MOST_FIGURES) > 0:
        yield ngettext("And {count} more.", "And {count} more.", more)


def _rights(overview: Overview) -> Iterator[Json]:
    yield {"type": "divider"}
    yield _header(gettext("Who may change what"))
    lines = (
        *_rights_to_panels(overview),
        gettext(
            "*A thread's panel*: every full member, by mentioning me with `add NAME` or "
            "`remove NAME`."
        ),
        gettext("Guests, and people from other organisations: nothing."),
    )
    yield section("\n".join(f"• {line}" for line in lines))


def _rights_to_panels(overview: Overview) -> Iterator[str]:
    if overview.kept_in:
        yield gettext(
            "*The default panel and those of channels*: whoever may change {place}.",
            place=sanitize.mrkdwn(overview.kept_in),
        )
        return
    others = "".join(f", <@{admin}>" for admin in overview.admins)
    yours = (
        gettext("You may change the defaults.")
        if overview.may_change
        else gettext("You are none of these.")
    )
    said = gettext("*The default panel*: workspace admins and owners{others}.", others=others)
    yield f"{said} {yours}"
    yield gettext("*A channel's panel*: every full member, with `/experts` in that channel.")


def _choice(expert: Expert) -> str:
    return f"{literal(expert.title, 40)} ({expert.name})"


def _header(words: str) -> Json:
    return {"type": "header", "text": {"type": "plain_text", "text": words, "emoji": False}}
