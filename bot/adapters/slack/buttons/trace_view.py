"""The modal that shows how a reply came about.

Models wrote the reasons, briefs and sources: they are in rich text, where nothing pings and every
link shows its URL.
"""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import TypeVar

from bot.adapters.slack.blocks import elements, rich_text
from bot.adapters.slack.blocks.elements import and_more, literal, note, section
from bot.adapters.slack.buttons import not_asked
from bot.adapters.slack.markdown import sanitize
from bot.json_types import Json
from bot.language import day, dollars, gettext, number, pgettext
from bot.panel.language_model.exchange import Source
from bot.panel.model import CallId, Panel
from bot.panel.reports.turn_trace import ApprovalTrace, ExpertTrace, RequestMetrics, TurnTrace
from bot.panel.texts import failure_sentences
from bot.panel.usage import Usage

T = TypeVar("T")
_MOST_PARTS = 10  # to fit a hundred blocks and 250 kB
_MOST_BLOCKS = 85  # for all parts
_BLOCKS_OF_PART = 7
_MOST_THOUGHTS = 4  # experts whose thoughts there is room for
_MOST_SOURCES = 10
_LONGEST_URL = 500
_LONGEST_THOUGHT, _LONGEST_SECTION = 2_000, 2_900
_NO_PANEL = Panel(())
_LEAST = Decimal("0.0001")  # dollars; less is shown as "under"


def loading() -> Json:
    return _modal([section(gettext("Looking up how this reply came about …"))])


def modal(work: TurnTrace, focus: CallId | None, panel: Panel = _NO_PANEL) -> Json:
    """Return the modal, only of *focus* if given; who was not asked has the title in *panel*."""
    parts = [part for part in work.parts if focus in (None, part.call_id)] or list(work.parts)
    shown, omitted = parts[:_MOST_PARTS], len(parts[_MOST_PARTS:])
    blocks = [*_selection(work), *not_asked.block(work.not_asked, panel)]
    for part in shown:
        room = _MOST_BLOCKS // len(shown) - _BLOCKS_OF_PART
        thoughts = [*_thoughts(part)] if len(shown) <= _MOST_THOUGHTS else []
        consulted = _fitting(list(_consulted(part)), room - len(thoughts))
        blocks += [*_part(part, work), *thoughts, *consulted]
    if omitted:
        blocks.append(note(and_more(omitted)))
    return _modal([*blocks, *_totals(work)])


def _selection(work: TurnTrace) -> Iterator[Json]:
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
        yield rich_text.block(
            rich_text.bullets(
                [_call(part, direct=work.direct) for part in work.parts[:_MOST_PARTS]]
            )
        )
    if not work.text_available:
        yield note(
            gettext(
                "The model's side cannot be reached just now, so reasons and briefs are missing."
            )
        )


def _part(part: ExpertTrace, work: TurnTrace) -> Iterator[Json]:
    yield elements.DIVIDER
    yield _header(part.name)
    if part.brief:
        yield rich_text.block(
            rich_text.title(gettext("Brief from the router")), rich_text.quote(part.brief)
        )
    elif work.text_available:
        continued = gettext("None: it went on with what it was asked before.")
        own_words = gettext("None: it got people's own words.")
        yield _labelled(gettext("Brief"), continued if part.continues else own_words)
    yield from _outcome(part)
    if work.text_available:
        names = ", ".join(tool.replace("_", " ") for tool in part.tools)
        tools = sanitize.mrkdwn(names) or pgettext("tools", "None")
        yield _labelled(gettext("Tools used"), tools)
    if part.approvals:
        approvals = _first(part.approvals, _approval)
        yield rich_text.block(
            rich_text.title(gettext("Needed approval")), rich_text.bullets(approvals)
        )
    if part.sources:
        links = _first(part.sources, _source)
        yield rich_text.block(rich_text.title(gettext("Sources")), rich_text.bullets(links))


def _thoughts(part: ExpertTrace) -> Iterator[Json]:
    """Yield what an expert thought: a section, of which Slack shows a few lines and "See more"."""
    if part.thoughts:
        shown = sanitize.mrkdwn(part.thoughts[:_LONGEST_THOUGHT])
        if len(shown) > _LONGEST_SECTION:  # nearly all of it had to be escaped
            shown = sanitize.mrkdwn(part.thoughts[: _LONGEST_THOUGHT // 5])
        yield _labelled(gettext("What it thought"), shown)


def _outcome(part: ExpertTrace) -> Iterator[Json]:
    if part.failure:
        reason = failure_sentences.why_failed(part.failure)
        yield _labelled(gettext("No answer"), sanitize.mrkdwn(reason))
    if part.metrics:
        yield _metrics(part.metrics)


def _fitting(parts: Sequence[Sequence[Json]], room: int) -> Iterator[Json]:
    """Yield the blocks of the first *parts*, and how many more there are than have room."""
    for shown, blocks in enumerate(parts):
        missing = len(parts) - shown
        if len(blocks) + (missing > 1) > room:  # a place is kept for the note
            yield note(and_more(missing))
            return
        room -= len(blocks)
        yield from blocks


def _consulted(part: ExpertTrace) -> Iterator[Sequence[Json]]:
    for inner in part.parts:
        title = gettext("{expert}, asked by {other}", expert=inner.name, other=part.name)
        reason = (
            [rich_text.text(f": {inner.reason}", 300)] if sanitize.visible(inner.reason) else []
        )
        line = {"type": "rich_text_section", "elements": [rich_text.bold(title), *reason]}
        yield [
            rich_text.block(line, *([rich_text.quote(inner.brief)] if inner.brief else [])),
            *_outcome(inner),
        ]
        yield from _consulted(inner)


def _first(entries: Sequence[T], show: Callable[[T], Sequence[Json]]) -> Sequence[Sequence[Json]]:
    """Return a line for each of the first entries, and one that says how many more there are."""
    lines = [show(entry) for entry in entries[:_MOST_SOURCES]]
    if more := len(entries) - len(lines):
        lines.append([rich_text.text(and_more(more), 100)])
    return lines


def _totals(work: TurnTrace) -> Iterator[Json]:
    yield elements.DIVIDER
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
            yield _metrics(metrics)
    yield _fields(
        (gettext("Time from start to end"), _duration(work.seconds)),
        (gettext("Tokens of all together"), _tokens(work.usage)),
        (gettext("Cost of all together"), _cost(work.cost)),
    )
    prices_as_of = sanitize.mrkdwn(day(work.prices_as_of))
    yield note(gettext("Cost at list prices of {day}, before discounts.", day=prices_as_of))


def _metrics(metrics: RequestMetrics) -> Json:
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
    counts = {"input": number(usage.input), "output": number(usage.output)}
    cached, written = usage.cached, usage.extras.written + usage.extras.written_12h
    if written:
        return gettext(
            "{input} in ({cached} of them cached, {written} written to the cache), {output} out",
            **counts,
            cached=number(cached),
            written=number(written),
        )
    if not cached:
        return gettext("{input} in, {output} out", **counts)
    return gettext(
        "{input} in ({cached} of them cached), {output} out", **counts, cached=number(cached)
    )


def _cost(cost: Decimal | None) -> str:
    if cost is None:
        return gettext("unknown")
    if cost and cost < _LEAST:
        return gettext("under {amount}", amount=dollars(_LEAST, 4))
    return dollars(cost, 4)


def _modal(blocks: Sequence[Json]) -> Json:
    return elements.modal(gettext("Show work"), blocks, close=gettext("Close"))


def _header(text: str) -> Json:
    return elements.header(literal(text, rich_text.LONGEST_NAME) or gettext("Expert"))


def _labelled(label: str, mrkdwn: str) -> Json:
    return section(f"*{label}*\n{mrkdwn}")


def _fields(*values: tuple[str, str]) -> Json:
    fields = [section(f"*{label}*\n{value}")["text"] for label, value in values]
    return {"type": "section", "fields": fields}


def _call(part: ExpertTrace, *, direct: bool) -> Sequence[Json]:
    reason = "" if direct else sanitize.visible(part.reason)
    return [rich_text.bold(part.name), *([rich_text.text(f": {reason}", 300)] if reason else [])]


def _approval(approval: ApprovalTrace) -> Sequence[Json]:
    decision = {
        True: gettext("approved"),
        False: gettext("declined"),
        None: gettext("not decided"),
    }[approval.approved]
    reason = f" ({approval.reason})" if approval.reason else ""
    return [
        rich_text.bold(approval.tool),
        rich_text.text(f" ({approval.server}): {decision}{reason}", 300),
    ]


def _source(source: Source) -> Sequence[Json]:
    url = sanitize.visible(source.url)
    if not url.startswith(("https://", "http://")) or len(url) > _LONGEST_URL:
        return [rich_text.text(source.title, 200)]
    link = {"type": "link", "url": url}
    return [link] if source.title == source.url else [rich_text.text(f"{source.title} ", 200), link]
