"""Telling how a reply came about: from the turn's report, and from what the model's side keeps.

The report has the numbers, the conversations have the words. What is missing of either is left
out: a turn that is not done yet has no report, and a conversation may be out of reach.
"""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace

from bot.language import gettext
from bot.panel.errors import ConversationGone, ModelRefused, ModelUnavailable, Refused
from bot.panel.language_model import prompts
from bot.panel.language_model.exchange import (
    ABORTED,
    ApprovalGiven,
    ModelSaid,
    StoredItem,
    ToolAnswered,
    ToolCalled,
    ToolUsed,
    UserSaid,
)
from bot.panel.language_model.language_model import LanguageModel
from bot.panel.links import ThreadLinks, path_of
from bot.panel.model import (
    BY_FUNCTION,
    NO_USAGE,
    CallId,
    ConversationId,
    ExpertName,
    MessageTs,
    ThreadRef,
    TurnId,
)
from bot.panel.prices import Prices
from bot.panel.reports.report_store import ReportStore
from bot.panel.reports.turn_report import Consultation, Stage, TurnReport
from bot.panel.reports.turn_trace import Approval, ExpertTrace, RequestMetrics, TurnTrace
from bot.panel.threads.link_recovery import LinkRecovery
from bot.panel.tools import ApprovalWanted


class TurnInspector:
    """Answers whoever wants to know how a reply came about."""

    def __init__(
        self, reports: ReportStore, recovery: LinkRecovery, model: LanguageModel, prices: Prices
    ) -> None:
        self._reports = reports
        self._recovery = recovery
        self._model = model
        self._prices = prices

    async def trace(self, thread: ThreadRef, turn: TurnId) -> TurnTrace:
        """Return what happened in *turn*. Raises Refused if nobody knows any more."""
        report, links = await asyncio.gather(
            self._reports.find(thread, turn), self._recovery.find(thread)
        )
        mark = report.mark if report else MessageTs(turn.rpartition(":")[2])
        said = await self._said_after(links.router, mark)
        calls = _calls(said or ())
        if not report and not said:
            raise Refused(gettext("I no longer know how this came about."))
        parts = await self._parts(_Above(links, report, (), None), calls)
        return self._work(report, parts, text_available=said is not None)

    def _work(
        self, report: TurnReport | None, parts: tuple[ExpertTrace, ...], *, text_available: bool
    ) -> TurnTrace:
        if report is None:
            return TurnTrace(parts)
        return TurnTrace(
            parts,
            direct=report.direct,
            text_available=text_available,
            seconds=report.seconds,
            choosing=self._bill(report.choosing),
            closing=self._bill(report.closing),
            prices_as_of=self._prices.as_of,
        )

    async def _parts(
        self, above: "_Above", calls: Mapping[CallId, ToolCalled]
    ) -> tuple[ExpertTrace, ...]:
        """Return the parts of all whom one who chose has called; *calls* are what is read of it."""
        called = above.consultations(calls.values())
        found = (self._part(one, calls.get(one.known_as or one.call_id), above) for one in called)
        return tuple(await asyncio.gather(*found))

    async def _part(
        self, one: Consultation, call: ToolCalled | None, above: "_Above"
    ) -> ExpertTrace:
        arguments = call.arguments if call else {}
        here = above.down_to(one)
        conversation = above.links.experts.get(path_of(here.path))
        did = await self._said_after(conversation, one.continues or one.call_id) or ()
        sources = [source for item in did if isinstance(item, ModelSaid) for source in item.sources]
        return ExpertTrace(
            call_id=one.call_id,
            name=one.title,
            reason=arguments.get("reason", ""),
            brief=arguments.get("brief", ""),
            tools=tuple(dict.fromkeys(item.tool for item in did if isinstance(item, ToolUsed))),
            approvals=_approvals(did),
            sources=tuple(dict.fromkeys(sources)),
            metrics=self._bill(one.stage),
            failure=one.failure,
            parts=await self._parts(here, _calls(did)),
            continues=one.continues is not None,
        )

    def _bill(self, stage: Stage | None) -> RequestMetrics | None:
        if stage is None:
            return None
        known = stage.usage != NO_USAGE or stage.model == BY_FUNCTION
        cost = self._prices.cost(stage.model, stage.usage) if known else None
        usage = stage.usage if known else None
        return RequestMetrics(stage.model, stage.seconds, usage, cost, stage.instead_of)

    async def _said_after(
        self, conversation: ConversationId | None, name: MessageTs | CallId
    ) -> Sequence[StoredItem] | None:
        """Return what follows the message *name*, up to the next; None if it cannot be read."""
        if conversation is None:
            return ()
        mark, newer = prompts.mark(name), list[StoredItem]()
        try:
            async with aclosing(self._model.items(conversation)) as items:
                async for item in items:
                    if not isinstance(item, UserSaid):
                        newer.append(item)
                    elif mark in item.text:
                        return newer[::-1]
                    else:
                        newer.clear()
        except (ModelUnavailable, ModelRefused, ConversationGone):
            return None
        return ()


def _calls(said: Sequence[StoredItem]) -> Mapping[CallId, ToolCalled]:
    """Return the calls among *said*, without those that nobody carried out."""
    answers = [item for item in said if isinstance(item, ToolAnswered)]
    aborted = {answer.call_id for answer in answers if answer.output == ABORTED}
    calls = [item for item in said if isinstance(item, ToolCalled)]
    return {call.call_id: call for call in calls if call.call_id not in aborted}


def _approvals(did: Sequence[StoredItem]) -> tuple[Approval, ...]:
    given = {item.request: item for item in did if isinstance(item, ApprovalGiven)}
    return tuple(
        Approval(item.server, item.tool, answer.approved, answer.reason)
        if (answer := given.get(item.request))
        else Approval(item.server, item.tool)
        for item in did
        if isinstance(item, ApprovalWanted)
    )


@dataclass(frozen=True, slots=True)
class _Above:
    """One who may have called experts, and what is known of the turn."""

    links: ThreadLinks
    report: TurnReport | None
    path: tuple[ExpertName, ...]  # who consults whom down to it; empty: the router
    by: CallId | None  # its own call; None: the router

    def down_to(self, one: Consultation) -> "_Above":
        """Return an expert that it called."""
        return replace(self, path=(*self.path, one.expert), by=one.call_id)

    def consultations(self, calls: Iterable[ToolCalled]) -> Iterator[Consultation]:
        """Yield what it called, by the report, else by the *calls* in its conversation."""
        if self.report:
            yield from (one for one in self.report.consultations if one.by == self.by)
            return
        for call in calls:
            if name := prompts.expert_of(call.tool):
                own = prompts.own_id(call.call_id, self.by)
                yield Consultation(own, name, name, known_as=call.call_id, by=self.by)
