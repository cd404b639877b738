"""What may be spent."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.panel.budgets.limits import Limit, read
from bot.settings.kinds import Kind, malformed
from bot.settings.setting import Group, Own, setting

_PAGE = "run/budgets.md"


def _limits(value: str) -> tuple[Limit, ...]:
    limits: list[Limit] = []
    for entry in filter(None, map(str.strip, value.split(","))):
        try:
            limit = read(entry)
        except ValueError:
            limit = None
        if not isinstance(limit, Limit):
            expected = "deployment, workspace, channel, person or expert with an amount each"
            raise malformed(entry, f"{expected}, such as person $2/day, with commas between")
        limits.append(limit)
    return tuple(limits)


def _zone(value: str) -> str:
    try:
        return ZoneInfo(value).key
    except (KeyError, OSError, ValueError):
        raise malformed(value, "a time zone, such as Europe/Berlin") from None


@dataclass(frozen=True)
class BudgetSettings:
    """What may be spent."""

    budgets: tuple[Limit, ...] = setting(
        "PANELBOT_BUDGETS",
        Kind(_limits, ()),
        "How much may be spent: by the deployment (all workspaces in this Redis), and by "
        "default by each workspace, channel, person and expert, in dollars or tokens per day or "
        "month. Admins can set others with /experts budget, except the deployment's",
        example="deployment $500/month, person $2/day, channel 5M tokens/month",
        page=_PAGE,
        group=Group.BUDGETS,
        own=Own.OPERATOR,
    )
    time_zone: str = setting(
        "PANELBOT_TIME_ZONE",
        Kind(_zone, "UTC"),
        "The time zone in which a budget's days and months begin",
        example="Europe/Berlin",
        page=_PAGE,
        own=Own.OPERATOR,
    )
