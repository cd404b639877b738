"""What people are told of budgets: Markdown in threads, and the same elsewhere."""

from collections.abc import Sequence
from decimal import Decimal

from bot.language import day, dollars, gettext, listing, number
from bot.panel.budgets.budget_store import Spent
from bot.panel.budgets.limits import MILLION, Level, Limit, Period, Unit
from bot.panel.budgets.periods import Span

_CENT = 10_000  # millionths of a dollar


def exceeded(limit: Limit, left: int, until: Span, *, is_spent: bool) -> str:
    """Return why a request is not made: *limit* is spent, or what is *left* is not enough."""
    details = {"whose": whose(limit), "most": most(limit), "day": day(until.next.isoformat())}
    if is_spent:
        return gettext(
            "The budget {whose}, {most}, is used up. It begins anew on {day}.", **details
        )
    return gettext(
        "What is left of the budget {whose} ({left} of {most}), together with what other questions "
        "may need right now, is not enough. It begins anew on {day}.",
        left=amount(max(left, 0), limit.unit),
        **details,
    )


def left_out(reason: str, titles: Sequence[str]) -> str:
    """Return the notice of who is not asked because of a budget; nobody named: the whole panel."""
    if not titles:
        return reason
    who = gettext("Not asked: {experts}.", experts=listing(titles))
    return f"{who} {reason}"


def standing(limit: Limit, spent: Spent) -> str:
    line = gettext(
        "`{who}`: {spent} of {most}",
        who=limit.who,
        spent=amount(spent.spent, limit.unit),
        most=most(limit),
    )
    if spent.extra:
        line += gettext(", and {extra} more this time", extra=amount(spent.extra, limit.unit))
    if spent.held:
        line += gettext(" ({held} held)", held=amount(spent.held, limit.unit))
    return line


def whose(limit: Limit) -> str:
    """Return whose budget it is, after the word."""
    match limit.level:
        case Level.DEPLOYMENT:
            return gettext("of this installation")
        case Level.WORKSPACE:
            return gettext("of this workspace")
        case Level.CHANNEL:
            return gettext("of this channel")
        case Level.PERSON:
            return gettext("of the person who asks")
        case Level.EXPERT:
            return gettext("of the expert {expert}", expert=f"`{limit.of}`")


def most(limit: Limit) -> str:
    """Return how much may be spent: ``$20.00 a month``."""
    if limit.most is None:
        return gettext("unlimited")
    if limit.period is Period.DAY:
        return gettext("{amount} a day", amount=amount(limit.most, limit.unit))
    return gettext("{amount} a month", amount=amount(limit.most, limit.unit))


def amount(count: int, unit: Unit) -> str:
    if unit is Unit.TOKENS:
        return gettext("{count} tokens", count=number(count))
    return dollars(Decimal(count) / MILLION, 4 if 0 < count < _CENT else 2)
