"""An overview of a workspace's panels: who is on them, where they differ, and their figures."""

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bot import runtime
from bot.language import gettext
from bot.panel.access.access import Access
from bot.panel.budgets.ledger import Ledger
from bot.panel.budgets.overview import Standing, standings
from bot.panel.errors import Refused
from bot.panel.messaging.handles import HandleStore, by_expert
from bot.panel.model import Expert, ExpertName, Synthesis, UserId, WhenUnsure
from bot.panel.reports.feedback import Feedback, FeedbackStore, Opinion
from bot.panel.reports.month_usage import NOTHING, UsageRow, month_usage, sum_of, usage_row
from bot.panel.reports.months import kept_months
from bot.panel.reports.report_store import ReportStore
from bot.panel.reports.usage_counts import Dimension, UsageCount
from bot.panel.roster.panel_editor import PanelEditor
from bot.panel.roster.panel_reader import PanelEntry
from bot.panel.roster.roster import RosterChanges, WorkspaceScope
from bot.panel.routing.corrections import CorrectionStore
from bot.panel.usage import NO_USAGE, Usage

_MOST_CHANNELS = 20  # with usage of their own


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one expert in a month."""

    expert: ExpertName | None  # None: the router
    title: str
    questions: int = 0
    usage: Usage = NO_USAGE
    cost: Decimal | None = Decimal(0)  # in dollars; None: unknown
    good: int = 0
    bad: int = 0


@dataclass(frozen=True, slots=True)
class Overview:
    """What the app's home shows."""

    entries: Sequence[PanelEntry]
    addable: Sequence[Expert]
    synthesis: Synthesis
    handles: Mapping[ExpertName, str]
    channels: Sequence[tuple[str, RosterChanges]]  # those with changes of their own
    month: str
    months: Sequence[str]  # that may have figures, newest first
    figures: Sequence[Figures]  # by number of questions
    prices_as_of: str  # the date of the prices
    admins: Sequence[UserId]  # who may change the defaults besides the workspace's admins
    may_change: bool
    kept_in: str = ""  # where the panels can be changed, if not in Slack
    streaming: bool | None = None  # of the default panel; None: as usual
    unsure: WhenUnsure | None = None
    rules: Sequence[str] = ()  # for whom the default panel's router asks
    total: UsageRow = NOTHING
    by_channel: Sequence[UsageRow] = ()  # of those that the user can read, the dearest
    elsewhere: UsageRow = NOTHING  # what all of these did not take
    corrections: int | None = None  # in channels that the user can read; None: none are kept
    budgets: Sequence[Standing] = ()  # that concern whoever looks, or the whole workspace


class OverviewReader:
    """Collects what the app's home shows."""

    def __init__(
        self,
        editor: PanelEditor,
        reports: ReportStore,
        feedback: FeedbackStore,
        handles: HandleStore,
        ledger: Ledger,
        access: Access,
        corrections: CorrectionStore | None = None,
        *,
        clock: Callable[[], float] = runtime.time,
    ) -> None:
        self._editor = editor
        self._reports = reports
        self._feedback = feedback
        self._handles = handles
        self._ledger = ledger
        self._prices = ledger.prices
        self._access = access
        self._corrections = corrections  # None: none are kept
        self._clock = clock

    async def overview(self, team_id: str, by: UserId, month: str = "") -> Overview:
        """Return what *by* sees, with the figures of *month*, by default the current one.

        Channels, their experts and the figures of these are for those who can read the channel.
        Raises Refused if they may not see anything.
        """
        await self._access.check(by)
        everywhere = WorkspaceScope(team_id)
        *_, this_month = months = kept_months(self._clock())
        month = month if month in months else this_month
        visible = await self._access.visible(by)
        panel, entries, addable, channels, handles, may_change = await asyncio.gather(
            self._editor.panel(everywhere),
            self._editor.entries(everywhere),
            self._editor.addable(everywhere),
            self._editor.changed_channels(team_id, visible),
            self._handles.of_team(team_id),
            self._may_change(everywhere, by),
        )
        own = [expert for _, changes in channels for expert in changes.added.values()]
        titles = {expert.name: expert.title for expert in (*own, *addable, *panel.experts)}
        kept = self._reports, self._prices, team_id, month
        used, feedback = await asyncio.gather(
            month_usage(*kept, Dimension.CHANNEL, frozenset(visible)),
            self._feedback.of_month(team_id, month),
        )
        named = [row.name for row in used.rows[:_MOST_CHANNELS] if row.name]
        others = [*used.rows[_MOST_CHANNELS:], *([used.rest] if used.rest else [])]
        return Overview(
            entries=entries,
            addable=addable,
            synthesis=panel.synthesis,
            handles=by_expert(handles),
            channels=channels,
            month=month,
            months=months[::-1],
            figures=self._figures(used.counts, feedback, titles),
            total=used.total,
            by_channel=used.rows[:_MOST_CHANNELS],
            elsewhere=sum_of(others),
            prices_as_of=self._prices.as_of,
            admins=self._editor.rights.admins,
            may_change=may_change,
            kept_in=self._editor.rights.kept_in,
            streaming=panel.streaming,
            unsure=panel.unsure,
            corrections=await self._count_corrections(team_id, visible),
            budgets=await standings(self._ledger, team_id, panel, by, named),
            rules=panel.rules,
        )

    async def _count_corrections(self, team_id: str, visible: Collection[str]) -> int | None:
        return await self._corrections.count(team_id, visible) if self._corrections else None

    async def _may_change(self, scope: WorkspaceScope, by: UserId) -> bool:
        try:
            await self._editor.rights.check_may_change(scope, by)
        except Refused:
            return False
        return True

    def _figures(
        self,
        counts: Sequence[UsageCount],
        feedback: Iterable[Feedback],
        titles: Mapping[ExpertName, str],
    ) -> Sequence[Figures]:
        votes = Counter((one.judged.expert, one.opinion) for one in feedback)
        counted = [*(count.name for count in counts), *(name for name, _ in votes)]
        names = [
            None if name is None else ExpertName(name)
            for name in dict.fromkeys(counted)
            if name is None or name in titles
        ]
        figures = [
            self._figures_of(
                name,
                titles[name] if name else gettext("Router"),
                [count for count in counts if count.name == name],
                votes,
            )
            for name in names
        ]
        figures.sort(key=lambda one: (-one.questions, one.title))
        if others := [count for count in counts if count.name not in names]:
            figures.append(self._figures_of(None, gettext("Others"), others, Counter()))
        return figures

    def _figures_of(
        self,
        name: ExpertName | None,
        title: str,
        counts: Sequence[UsageCount],
        votes: Counter[tuple[ExpertName | None, Opinion]],
    ) -> Figures:
        row = usage_row(name, counts, self._prices)
        good, bad = votes[name, Opinion.GOOD], votes[name, Opinion.BAD]
        return Figures(name, title, row.questions or 0, row.usage, row.cost, good, bad)
