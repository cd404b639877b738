"""Who was not asked, and why, as far as that is known."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from bot.adapters.slack.blocks import rich_text
from bot.adapters.slack.blocks.elements import and_more
from bot.json_types import Json
from bot.language import gettext, listing, number
from bot.panel.model import Panel
from bot.panel.routing.decision import NotAsked, WhyNot

_MOST = 10  # experts with one reason
_LONGEST = 1_500


def block(experts: Sequence[NotAsked], panel: Panel) -> Iterator[Json]:
    """Yield a list of the *experts* by reason, if there are any, by their titles in *panel*."""
    by_reason = defaultdict[WhyNot, list[NotAsked]](list)
    for one in experts:
        by_reason[one.why].append(one)
    if by_reason:
        lines = [
            [rich_text.text(_line(why, some, panel), _LONGEST)] for why, some in by_reason.items()
        ]
        yield rich_text.block(rich_text.title(gettext("Not asked")), rich_text.bullets(lines))


def _line(why: WhyNot, experts: Sequence[NotAsked], panel: Panel) -> str:
    line = f"{listing([*_named(experts[:_MOST], panel)])}: {_why(why)}"
    more = len(experts) - _MOST
    return f"{line} {and_more(more)}" if more > 0 else line


def _named(experts: Iterable[NotAsked], panel: Panel) -> Iterator[str]:
    for one in experts:
        name = panel.persona(one.expert).name
        yield name if one.likelihood is None else f"{name} ({number(one.likelihood, '0%')})"


def _why(why: WhyNot) -> str:
    match why:
        case WhyNot.LIMIT:
            return gettext("the router called them after as many others as one question may have.")
        case WhyNot.PEOPLE:
            return gettext("people named others.")
        case WhyNot.UNLIKELY:
            return gettext("it was too unlikely that the question needs them.")
        case WhyNot.UNSAID:
            return gettext("the router did not say why.")
