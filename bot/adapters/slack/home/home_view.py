"""The app's home: the default panel, channels that differ, usage, and who may change what.

The user may not be in every channel, so of a channel only the number of changes is shown.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from bot.adapters.slack.blocks import charts
from bot.adapters.slack.blocks.answers import section_texts
from bot.adapters.slack.blocks.elements import (
    DIVIDER,
    and_more,
    button,
    header,
    literal,
    menu,
    note,
    option,
    section,
    select,
)
from bot.adapters.slack.experts.panel_messages import (
    file_note,
    handle_suffix,
    labelled_name,
    more_experts,
    on_or_off,
    tools_used,
    when_unsure,
)
from bot.adapters.slack.home import turning
from bot.adapters.slack.home.turning import Listing, Place
from bot.adapters.slack.markdown import sanitize
from bot.json_types import Json
from bot.language import day, gettext, ngettext
from bot.panel.budgets import sentences
from bot.panel.model import Expert, Synthesis
from bot.panel.reports import months
from bot.panel.reports.overview import Overview
from bot.panel.roster.panel_reader import PanelEntry
from bot.panel.roster.roster import RosterChanges
from bot.panel.usage import NO_USAGE

EXPERT, ADD_NEW, ADD_LISTED, SYNTHESIS = "home_expert", "home_new", "home_add", "home_synthesis"
MONTH, SET_BUDGET, RULES = "home_month", "home_budget", "home_rules"
SHOW, EDIT, REMOVE = "show", "edit", "remove"

_VERBS = (SHOW, EDIT, REMOVE)
FIRST = Place()


def home(overview: Overview, *, with_charts: bool, place: Place = FIRST) -> Json:
    """Return the home at *place*; without charts if Slack does not support them."""
    place = replace(place, month=overview.month)
    blocks = [
        *_roster(overview, place),
        *_channels(overview.channels, place),
        *_usage(overview, place, with_charts=with_charts),
        *_budgets(overview),
        *_rights(overview),
    ]
    return {"type": "home", "blocks": blocks}


def sentence(text: str) -> Json:
    return {"type": "home", "blocks": [section(sanitize.mrkdwn(text))]}


def act(value: str) -> tuple[str, str]:
    """Return the action and the expert's name. Raises ValueError if *value* is not valid."""
    verb, _, name = value.partition(" ")
    if verb not in _VERBS or not name:
        raise ValueError("not something to do with an expert")
    return verb, name


def _roster(overview: Overview, place: Place) -> Iterator[Json]:
    heading = gettext("The default panel of all channels")
    yield header(heading)
    if overview.may_change:
        yield _controls(overview)
    else:
        when = _when(overview.synthesis)
        yield note(gettext("Router's summary: *{when}*.", when=when))
    if overview.streaming is not None:
        yield note(gettext("Streaming: *{setting}*.", setting=on_or_off(overview.streaming)))
    if overview.unsure:
        yield note(when_unsure(overview.unsure))
    if overview.rules:
        yield note(gettext("The router has rules for whom it asks: `/experts` shows them."))
    if overview.corrections is not None:
        yield note(
            gettext(
                "The router learns from corrections: *{count}* are kept in channels that you can "
                "read. `/experts examples` shows those of a channel.",
                count=overview.corrections,
            )
        )
    if overview.kept_in:
        yield note(file_note(overview.kept_in))
    yield from turning.menu(len(overview.entries), Listing.EXPERTS, place, heading)
    shown = turning.part(overview.entries, Listing.EXPERTS, place)
    for entry in shown:
        yield _expert(entry, overview)
    if not overview.entries:
        yield section(gettext("There is nobody on it."))
    if more := len(overview.entries) - len(shown):
        yield note(more_experts(more, for_defaults=True))


def _controls(overview: Overview) -> Json:
    label = gettext("Describe an expert of your own for the default panel")
    new = button(ADD_NEW, gettext("Describe an expert"), label, style="primary")
    offered = [offer(expert) for expert in overview.addable]
    library = menu(ADD_LISTED, gettext("Add from the library"), offered)
    options = {
        synthesis.value: option(gettext("Summary: {when}", when=_when(synthesis)), synthesis.value)
        for synthesis in Synthesis
    }
    hint = gettext("When the router sums up")
    summary = select(SYNTHESIS, options, overview.synthesis.value, hint)
    about = gettext("Whom the router asks: rules for all channels")
    rules = button(RULES, gettext("Whom the router asks"), about)
    elements = [new, *([library] if offered else []), rules, summary]
    return {"type": "actions", "elements": elements}


def _when(synthesis: Synthesis) -> str:
    return {
        Synthesis.AUTO: gettext("after two or more answers"),
        Synthesis.ALWAYS: gettext("after every answer"),
        Synthesis.NEVER: gettext("never"),
    }[synthesis]


def _actions(title: str) -> Mapping[str, str]:
    """Return the options of an expert's menu; each has the title, as the menu has no label."""
    return {
        SHOW: gettext("Show {title}", title=title),
        EDIT: gettext("Edit {title} …", title=title),
        REMOVE: gettext("Remove {title} …", title=title),
    }


def _expert(entry: PanelEntry, overview: Overview) -> Json:
    expert = entry.expert
    actions = _actions(literal(expert.title, 40))
    verbs = _VERBS if overview.may_change else (SHOW,)
    changed = gettext("added or changed here")
    origin = "" if entry.origin is None else f" · _{changed}_"
    menu = {
        "type": "overflow",
        "action_id": EXPERT,
        "options": [option(actions[verb], f"{verb} {expert.name}") for verb in verbs],
    }
    handle = handle_suffix(overview.handles.get(expert.name))
    tools = f"\n_{tools_used(expert)}_" if expert.tools else ""
    text = f"{labelled_name(expert)}{handle}{origin}\n{sanitize.mrkdwn(expert.purpose)}{tools}"
    return {**section(text), "accessory": menu}


def _channels(channels: Sequence[tuple[str, RosterChanges]], place: Place) -> Iterator[Json]:
    yield DIVIDER
    heading = gettext("Channels with changes of their own")
    yield header(heading)
    named = [(channel, changes) for channel, changes in channels if not channel.startswith("D")]
    shown = turning.part(named, Listing.CHANNELS, place)
    lines = [f"• <#{channel}>: {_difference(changes)}" for channel, changes in shown]
    yield from turning.menu(len(named), Listing.CHANNELS, place, heading)
    yield from map(
        section, section_texts(lines or [gettext("None: every channel has the default panel.")])
    )
    if (more := len(named) - turning.MOST) > 0:
        yield note(and_more(more))
    yield note(gettext("`/experts` in a channel shows its panel, and changes it."))


def _difference(changes: RosterChanges) -> str:
    parts: list[str] = []
    if added := len(changes.added):
        parts.append(ngettext("{count} added or changed", "{count} added or changed", added))
    if removed := len(changes.removed):
        parts.append(ngettext("{count} removed", "{count} removed", removed))
    if changes.synthesis:
        parts.append(gettext("summary {when}", when=_when(changes.synthesis)))
    if changes.streaming is not None:
        parts.append(gettext("streaming *{setting}*", setting=on_or_off(changes.streaming)))
    if changes.unsure:
        parts.append(gettext("when unsure *{setting}*", setting=changes.unsure.value))
    if changes.rules:
        parts.append(gettext("rules for the router"))
    return " · ".join(parts)


def _usage(overview: Overview, place: Place, *, with_charts: bool) -> Iterator[Json]:
    yield DIVIDER
    heading = gettext("Usage and feedback")
    yield header(heading)
    yield {
        **section(f"*{months.month_name(overview.month)}*"),
        "accessory": _months(overview, place.turned(Listing.FIGURES, 0)),
    }
    if not overview.figures:
        yield section(gettext("Nothing was answered in this month."))
        return
    if with_charts:
        yield from charts.charts(overview.figures)
    yield from turning.menu(len(overview.figures), Listing.FIGURES, place, heading)
    shown = turning.part(overview.figures, Listing.FIGURES, place)
    yield from map(section, section_texts(map(charts.figures_text, shown)))
    yield from map(section, section_texts(_by_channel(overview)))
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


def _by_channel(overview: Overview) -> Iterator[str]:
    yield charts.usage_text(gettext("Total"), overview.total)
    if not overview.by_channel:
        return
    yield "*" + gettext("By channel") + "*"
    for row in overview.by_channel:
        yield f"• {charts.usage_text(f'<#{row.name}>', row)}"
    if overview.elsewhere.usage != NO_USAGE:
        yield "• " + charts.usage_text(gettext("Others"), overview.elsewhere)


def _months(overview: Overview, place: Place) -> Json:
    places = {month: replace(place, month=month).value for month in overview.months}
    options = {month: option(months.month_name(month), at) for month, at in places.items()}
    return select(MONTH, options, overview.month, gettext("Another month"))


def _budgets(overview: Overview) -> Iterator[Json]:
    if not (overview.budgets or overview.may_change):
        return
    yield DIVIDER
    yield header(gettext("Budgets"))
    lines = [f"• {sentences.standing(one.limit, one.spent)}" for one in overview.budgets]
    none = gettext("No budget limits what may be spent here.")
    first, *rest = map(section, section_texts(lines or [none]))
    if overview.may_change:
        label = gettext("Change a budget: what may be spent")
        first |= {"accessory": button(SET_BUDGET, gettext("Change a budget"), label)}
    yield from (first, *rest)


def _rights(overview: Overview) -> Iterator[Json]:
    yield DIVIDER
    yield header(gettext("Who may change what"))
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
    allowed = gettext("*The default panel*: workspace admins and owners{others}.", others=others)
    yield f"{allowed} {yours}"
    yield gettext("*A channel's panel*: every full member, with `/experts` in that channel.")


def offer(expert: Expert) -> Json:
    return option(f"{literal(expert.title, 40)} ({expert.name})", expert.name)
