"""The app's home as Slack's view: the roster, where channels differ, who may change it, figures.

Whoever opens it may not be in every channel: of a channel it tells how much differs, not what.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from bot.adapters.slack import blocks, charts, text
from bot.adapters.slack.panel_lists import (
    answers_to,
    filed,
    introduced,
    packed,
    section,
    tools_of,
)
from bot.panel import months
from bot.panel.model import Expert, Synthesis
from bot.panel.overview import Figures, Overview
from bot.panel.panel_editor import Listed
from bot.panel.roster import RosterChanges

Json = dict[str, Any]

EXPERT, ADD_NEW, ADD_LISTED, SYNTHESIS = "home_expert", "home_new", "home_add", "home_synthesis"
MONTH = "home_month"
SHOW, EDIT, REMOVE = "show", "edit", "remove"

_MOST_EXPERTS = 50  # a view has a hundred blocks
_MOST_OFFERED = 100  # in one menu
_MOST_CHANNELS = 50
_MOST_FIGURES = 50
_WHEN = {
    Synthesis.AUTO: "After two or more answers",
    Synthesis.ALWAYS: "After every answer",
    Synthesis.NEVER: "Never",
}
_THREADS = (
    "• *A thread's panel*: every full member, by mentioning me with `add NAME` or "
    "`remove NAME`.\n"
    "• Guests, and people from other organisations: nothing."
)
_ACTS = {SHOW: "Show {title}", EDIT: "Edit {title} …", REMOVE: "Remove {title} …"}


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
    return {"type": "home", "blocks": [section(text.mrkdwn(words))]}


def act(value: str) -> tuple[str, str]:
    """Return what is to be done with which expert. Raises ValueError if it is none of ours."""
    verb, _, name = value.partition(" ")
    if verb not in _ACTS or not name:
        raise ValueError("not something to do with an expert")
    return verb, name


def _roster(overview: Overview) -> Iterator[Json]:
    yield _header("The default panel of all channels")
    if overview.may_change:
        yield _changing(overview)
    else:
        yield _note(f"Router's summary: *{_WHEN[overview.synthesis].lower()}*.")
    if overview.kept_in:
        yield _note(filed(overview.kept_in))
    for listed in overview.listed[:_MOST_EXPERTS]:
        yield _expert(listed, overview)
    if not overview.listed:
        yield section("There is nobody on it.")
    if (more := len(overview.listed) - _MOST_EXPERTS) > 0:
        yield _note(f"And {more} more: `/experts default` lists them all.")


def _changing(overview: Overview) -> Json:
    new = {
        "type": "button",
        "action_id": ADD_NEW,
        "style": "primary",
        "text": _plain("Describe an expert"),
        "accessibility_label": "Describe an expert of your own for the default panel",
    }
    offered = [_option(_choice(one), one.name) for one in overview.to_be_added[:_MOST_OFFERED]]
    library = {
        "type": "static_select",
        "action_id": ADD_LISTED,
        "placeholder": _plain("Add from the library"),
        "options": offered,
    }
    times = {when: _option(f"Summary: {words.lower()}", when) for when, words in _WHEN.items()}
    summary = {
        "type": "static_select",
        "action_id": SYNTHESIS,
        "placeholder": _plain("When the router sums up"),
        "options": list(times.values()),
        "initial_option": times[overview.synthesis],
    }
    return {"type": "actions", "elements": [new, *([library] if offered else []), summary]}


def _expert(listed: Listed, overview: Overview) -> Json:
    expert, title = listed.expert, blocks.literal(listed.expert.title, 40)
    acts = _ACTS if overview.may_change else {SHOW: _ACTS[SHOW]}
    origin = "" if listed.origin is None else " · _added or changed here_"
    menu = {
        "type": "overflow",
        "action_id": EXPERT,
        "options": [
            _option(words.format(title=title), f"{verb} {expert.name}")
            for verb, words in acts.items()  # a menu has no label but its options
        ],
    }
    called = answers_to(overview.handles.get(expert.name))
    used = f"\n_{tools_of(expert)}_" if expert.tools else ""
    words = f"{introduced(expert)}{called}{origin}\n{text.mrkdwn(expert.purpose)}{used}"
    return {**section(words), "accessory": menu}


def _channels(channels: Sequence[tuple[str, RosterChanges]]) -> Iterator[Json]:
    yield {"type": "divider"}
    yield _header("Channels with changes of their own")
    places = [(channel, one) for channel, one in channels if not channel.startswith("D")]
    lines = [f"• <#{channel}>: {_difference(one)}" for channel, one in places[:_MOST_CHANNELS]]
    yield from map(section, packed(lines or ["None: every channel has the default panel."]))
    if (more := len(places) - _MOST_CHANNELS) > 0:
        yield _note(f"And {more} more.")
    yield _note("`/experts` in a channel shows its panel, and changes it.")


def _difference(changes: RosterChanges) -> str:
    parts = (
        (len(changes.added), f"{len(changes.added)} added or changed"),
        (len(changes.removed), f"{len(changes.removed)} removed"),
        (changes.synthesis, f"summary {changes.synthesis}"),
    )
    return ", ".join(words for is_there, words in parts if is_there)


def _numbers(overview: Overview, *, with_charts: bool) -> Iterator[Json]:
    yield {"type": "divider"}
    yield _header("Usage and feedback")
    yield {**section(f"*{months.in_words(overview.month)}*"), "accessory": _months(overview)}
    if not overview.figures:
        yield section("Nothing was answered in this month.")
        return
    if with_charts:
        yield from charts.charts(overview.figures)
    yield from map(section, packed(_lines(overview.figures)))
    yield _note(
        f"Cost at list prices of {text.mrkdwn(overview.prices_of)}, before discounts. Counted once "
        "a question is answered."
    )


def _months(overview: Overview) -> Json:
    options = {month: _option(months.in_words(month), month) for month in overview.months}
    return {
        "type": "static_select",
        "action_id": MONTH,
        "placeholder": _plain("Another month"),
        "options": list(options.values()),
        "initial_option": options[overview.month],
    }


def _lines(figures: Sequence[Figures]) -> Iterable[str]:
    yield from map(charts.in_words, figures[:_MOST_FIGURES])
    if (more := len(figures) - _MOST_FIGURES) > 0:
        yield f"And {more} more."


def _rights(overview: Overview) -> Iterator[Json]:
    yield {"type": "divider"}
    yield _header("Who may change what")
    if overview.kept_in:
        yield section(
            "• *The default panel and those of channels*: whoever may change "
            f"{text.mrkdwn(overview.kept_in)}.\n{_THREADS}"
        )
        return
    others = "".join(f", <@{admin}>" for admin in overview.admins)
    yours = "You may change the defaults." if overview.may_change else "You are none of these."
    yield section(
        f"• *The default panel*: workspace admins and owners{others}. {yours}\n"
        "• *A channel's panel*: every full member, with `/experts` in that channel.\n"
        f"{_THREADS}"
    )


def _choice(expert: Expert) -> str:
    return f"{blocks.literal(expert.title, 40)} ({expert.name})"


def _option(words: str, value: str) -> Json:
    return {"text": _plain(words), "value": value}


def _header(words: str) -> Json:
    return {"type": "header", "text": {"type": "plain_text", "text": words, "emoji": False}}


def _note(words: str) -> Json:
    element = {"type": "mrkdwn", "text": words, "verbatim": True}
    return {"type": "context", "elements": [element]}


def _plain(words: str) -> Json:
    return {"type": "plain_text", "text": words, "emoji": True}
