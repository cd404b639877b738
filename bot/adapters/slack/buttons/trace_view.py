"""How a reply came about, as Slack's modal.

Reasons, briefs and sources are what models wrote: they stand in rich text, where nothing pings
and every link shows where it leads.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import islice

from bot.adapters.slack.blocks.elements import literal, note, section
from bot.adapters.slack.markdown import sanitize
from bot.json_types import Json
from bot.language import day, dollars, gettext, ngettext, number, pgettext
from bot.panel.language_model.exchange import Source
from bot.panel.model import CallId, Usage
from bot.panel.reports.turn_trace import ApprovalTrace, ExpertTrace, RequestMetrics, TurnTrace
from bot.panel.texts import sentences

_MOST_PARTS = 12  # of a hundred blocks; and 250 kB for all together
_ROOM = 85  # blocks for all parts
_BLOCKS_OF_PART = 7
_MOST_SOURCES = 10
_LONGEST_URL = 500
_LONGEST_BRIEF = 1_500
_LONGEST_NAME = 150
_LEAST = Decimal("0.0001")  # dollars that are told


def loading() -> Json:
    """Return the modal while things are looked up."""
    return sentence(gettext("Looking up how this reply came about …"))


def sentence(words: str) -> Json:
    """Return a modal that says one thing."""
    return _modal([section(sanitize.mrkdwn(words))])


def modal(work: TurnTrace, focus: CallId | None) -> Json:
    """Return the modal; of an expert's reply (*focus*) it tells that expert's part only."""
    shown = [part for part in work.parts if focus in (None, part.call_id)] or list(work.parts)
    content = list(_decision(work))
    told = shown[:_MOST_PARTS]
    for part in told:
        content += [
            *_part(part, work),
            *islice(_consulted(part), _ROOM // len(told) - _BLOCKS_OF_PART),
        ]
    if len(shown) > _MOST_PARTS:
        content.append(
            note(ngettext("And {count} more.", "And {count} more.", len(shown) - _MOST_PARTS))
        )
    return _modal([*content, *_whole(work)])


def _decision(work: TurnTrace) -> Iterator[Json]:
    yield _header(gettext("Who was asked, and why"))
    if work.parts and all(part.continues for part in work.parts):
        yield section(
            gettext("It was asked before, and went on when people had decided on a tool.")
        )
    elif work.direct:
        yield section(gettext("People named the experts themselves; the router did not choose."))
    elif not work.parts and work.text_available:
        yield section(gettext("The router asked no expert and answered itself."))
    if work.parts:
        yield _rich(
            _bullets([_call(part, direct=work.direct) for part in work.parts[:_MOST_PARTS]])
        )
    if not work.text_available:
        yield note(
            gettext(
                "The model's side cannot be reached just now, so reasons and briefs are missing."
            )
        )


def _part(part: ExpertTrace, work: TurnTrace) -> Iterator[Json]:
    yield {"type": "divider"}
    yield _header(part.name)
    if part.brief:
        yield _rich(_title(gettext("Brief from the router")), _quote(part.brief))
    elif work.text_available:
        went_on = gettext("None: it went on with what it was asked before.")
        own_words = gettext("None: it got people's own words.")
        yield _told(gettext("Brief"), went_on if part.continues else own_words)
    if part.failure:
        yield _told(gettext("No answer"), sanitize.mrkdwn(sentences.why_failed(part.failure)))
    if part.metrics:
        yield _figures(part.metrics)
    if work.text_available:
        tools = sanitize.mrkdwn(_listed(part.tools)) or pgettext("tools", "None")
        yield _told(gettext("Tools used"), tools)
    if part.approvals:
        decided = [_approval(one) for one in part.approvals[:_MOST_SOURCES]]
        yield _rich(_title(gettext("Needed approval")), _bullets(decided))
    if part.sources:
        links = [_source(source) for source in part.sources[:_MOST_SOURCES]]
        yield _rich(_title(gettext("Sources")), _bullets(links))


def _consulted(part: ExpertTrace) -> Iterator[Json]:
    """Tell whom an expert consulted itself, and what of, down to the last."""
    for one in part.parts:
        title = gettext("{expert}, asked by {other}", expert=one.name, other=part.name)
        reason = [_text(f": {one.reason}", 300)] if sanitize.visible(one.reason) else []
        line = {"type": "rich_text_section", "elements": [_bold(title), *reason]}
        yield _rich(line, *([_quote(one.brief)] if one.brief else []))
        if one.failure:
            yield _told(gettext("No answer"), sanitize.mrkdwn(sentences.why_failed(one.failure)))
        if one.metrics:
            yield _figures(one.metrics)
        yield from _consulted(one)


def _whole(work: TurnTrace) -> Iterator[Json]:
    yield {"type": "divider"}
    yield _header(gettext("The whole answer"))
    if work.seconds is None:
        yield note(
            gettext(
                "Times, tokens and cost are known once the panel is done with a question, and for "
                "30 days."
            )
        )
        return
    router = gettext("Router")
    for name, metrics in (
        (gettext("Choosing experts"), work.choosing),
        (gettext("Summing up"), work.closing),
    ):
        if metrics:
            yield section(f"*{name}* ({router})")
            yield _figures(metrics)
    yield _fields(
        (gettext("Time from start to end"), _duration(work.seconds)),
        (gettext("Tokens of all together"), _tokens(work.usage)),
        (gettext("Cost of all together"), _cost(work.cost)),
    )
    known = sanitize.mrkdwn(day(work.prices_as_of))
    yield note(gettext("Cost at list prices of {day}, before discounts.", day=known))


def _figures(metrics: RequestMetrics) -> Json:
    return _fields(
        (gettext("Time"), _duration(metrics.seconds)),
        (gettext("Model"), sanitize.mrkdwn(_model(metrics))),
        (gettext("Tokens"), _tokens(metrics.usage)),
        (gettext("Cost"), _cost(metrics.cost)),
    )


def _model(metrics: RequestMetrics) -> str:
    if not metrics.instead_of:
        return metrics.model
    return gettext(
        "{model}, because {other} could not answer", model=metrics.model, other=metrics.instead_of
    )


def _duration(seconds: float) -> str:
    if seconds < 10:
        return gettext("{seconds} s", seconds=number(seconds, "0.0"))
    minutes, rest = divmod(round(seconds), 60)
    if minutes:
        return gettext("{minutes} min {seconds} s", minutes=number(minutes), seconds=number(rest))
    return gettext("{seconds} s", seconds=number(rest))


def _tokens(usage: Usage | None) -> str:
    if usage is None:
        return gettext("unknown")
    told = {"input": number(usage.input), "output": number(usage.output)}
    if not usage.cached:
        return gettext("{input} in, {output} out", **told)
    cached = number(usage.cached)
    return gettext("{input} in ({cached} of them cached), {output} out", cached=cached, **told)


def _cost(cost: Decimal | None) -> str:
    if cost is None:
        return gettext("unknown")
    if cost and cost < _LEAST:
        return gettext("under {amount}", amount=dollars(_LEAST, 4))
    return dollars(cost, 4)


def _listed(tools: Sequence[str]) -> str:
    return ", ".join(tool.replace("_", " ") for tool in tools)


def _modal(content: Sequence[Json]) -> Json:
    return {
        "type": "modal",
        "title": {"type": "plain_text", "text": "Show work"},
        "close": {"type": "plain_text", "text": "Close"},
        "blocks": list(content),
    }


def _header(words: str) -> Json:
    name = literal(words, _LONGEST_NAME) or gettext("Expert")
    return {"type": "header", "text": {"type": "plain_text", "text": name, "emoji": False}}


def _told(name: str, mrkdwn: str) -> Json:
    return section(f"*{name}*\n{mrkdwn}")


def _fields(*named: tuple[str, str]) -> Json:
    return {"type": "section", "fields": [_mrkdwn(f"*{name}*\n{said}") for name, said in named]}


def _mrkdwn(words: str) -> Json:
    return {"type": "mrkdwn", "text": words, "verbatim": True}


def _call(part: ExpertTrace, *, direct: bool) -> Sequence[Json]:
    reason = "" if direct else sanitize.visible(part.reason)
    return [_bold(part.name), *([_text(f": {reason}", 300)] if reason else [])]


def _approval(one: ApprovalTrace) -> Sequence[Json]:
    said = {
        True: gettext("approved"),
        False: gettext("declined"),
        None: gettext("not decided"),
    }[one.approved]
    reason = f" ({one.reason})" if one.reason else ""
    return [_bold(one.tool), _text(f" ({one.server}): {said}{reason}", 300)]


def _source(source: Source) -> Sequence[Json]:
    """Return a source; a link shows where it leads."""
    url = sanitize.visible(source.url)
    if not url.startswith(("https://", "http://")) or len(url) > _LONGEST_URL:
        return [_text(source.title, 200)]
    link = {"type": "link", "url": url}
    return [link] if source.title == source.url else [_text(f"{source.title} ", 200), link]


def _rich(*elements: Json) -> Json:
    return {"type": "rich_text", "elements": list(elements)}


def _title(words: str) -> Json:
    return {"type": "rich_text_section", "elements": [_bold(words)]}


def _quote(words: str) -> Json:
    return {"type": "rich_text_quote", "elements": [_text(words, _LONGEST_BRIEF)]}


def _bullets(lines: Sequence[Sequence[Json]]) -> Json:
    sections = [{"type": "rich_text_section", "elements": list(line)} for line in lines]
    return {"type": "rich_text_list", "style": "bullet", "elements": sections}


def _bold(words: str) -> Json:
    return {**_text(words, _LONGEST_NAME), "style": {"bold": True}}


def _text(words: str, limit: int) -> Json:
    words = sanitize.visible(words)
    shown = words if len(words) <= limit else f"{words[: limit - 1].rstrip()}…"
    return {"type": "text", "text": shown or "…"}
