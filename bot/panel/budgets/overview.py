"""Which budgets there are, and how they stand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.panel.budgets.budget_store import Spent
from bot.panel.budgets.ledger import Ledger
from bot.panel.budgets.limits import Level, Limit, applying, read_all
from bot.panel.model import Panel, UserId


@dataclass(frozen=True, slots=True)
class Standing:
    """A budget, and what is spent of it in the current period."""

    limit: Limit
    spent: Spent


async def standings(
    ledger: Ledger, team_id: str, panel: Panel, user: UserId, channels: Sequence[str] = ()
) -> Sequence[Standing]:
    """Return the budgets that concern what *user* asks in *channels*. Raises StoreUnavailable."""
    ids: Mapping[Level, Sequence[str]] = {
        Level.WORKSPACE: ("",),
        Level.CHANNEL: channels,
        Level.PERSON: (user,),
        Level.EXPERT: [expert.name for expert in panel.experts],
    }
    own = read_all(panel.budgets)
    limits = applying(own, ledger.limits, ids, is_bounded=ledger.is_bounded)
    spent = await ledger.standings(limits, team_id)
    found = [Standing(*one) for one in zip(limits, spent, strict=True)]
    is_idle = Spent()
    return [one for one in found if one.limit.level is not Level.EXPERT or one.spent != is_idle]
