"""Finding out how a reply came about, from the turn's report and from the conversations.

The report has the numbers, the conversations have the texts. Either may be missing: a turn that is
not finished has no report, and a conversation may be unavailable.
"""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace

from bot.language import gettext
from bot.panel.errors import ConversationGone, ModelRefused, ModelUnavailable, Refused
from bot.panel.language_model import prompts
from bot.panel.language_model.conversations import pairing
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
from bot.panel.model import CallId, ConversationId, ExpertName, MessageTs, ThreadRef, TurnId
from bot.panel.prices import Prices
from bot.panel.reports.report_store import ReportStore
from bot.panel.reports.turn_report import ConsultationReport, Stage, TurnReport
from bot.panel.reports.turn_trace import ApprovalTrace, ExpertTrace, RequestMetrics, TurnTrace
from bot.panel.threads.link_recovery import LinkRecovery
from bot.panel.tools import ApprovalWanted
from bot.panel.usage import BY_FUNCTION, NO_USAGE


class TurnInspector:
    """Puts together how a reply came about."""

    def __init__(
        self, reports: ReportStore, recovery: LinkRecovery, model: LanguageModel, prices: Prices
    ) -> None:
        self._reports = reports
        self._recovery = recovery
        self._model = model
        self._prices = prices

    async def trace(self, thread: ThreadRef, turn: TurnId) -> TurnTrace:
        """Return the trace of *turn*. Raises Refused if neither report nor conversation has it."""
        report, links = await asyncio.gather(
            self._reports.find(thread, turn), self._recovery.find(thread)
        )
        mark = report.mark if report else MessageTs(turn.rpartition(":")[2])
        items = await self._items_after(links.router, mark)
        if not report and not items:
            raise Refused(gettext("I no longer know how this came about."))
        parts = await self._parts(_Caller(turn, links, report, (), None), _calls(items or ()))
        if report is None:
            return TurnTrace(parts)
        return TurnTrace(
            parts,
            direct=report.direct,
            text_available=items is not None,
            seconds=report.seconds,
            choosing=self._metrics(report.choosing),
            closing=self._metrics(report.closing),
            prices_as_of=self._prices.as_of,
            not_asked=report.routing.not_asked(direct=report.direct) if report.routing else (),
        )

    async def _parts(
        self, caller: "_Caller", calls: Mapping[CallId, ToolCalled]
    ) -> tuple[ExpertTrace, ...]:
        own = {prompts.own_id(caller.turn, id_, caller.by): call for id_, call in calls.items()}
        known = {**own, **calls}
        consultations = caller.consultations(calls.values())
        parts = (self._part(c, known.get(c.known_as or c.call_id), caller) for c in consultations)
        return tuple(await asyncio.gather(*parts))

    async def _part(
        self, consultation: ConsultationReport, call: ToolCalled | None, caller: "_Caller"
    ) -> ExpertTrace:
        arguments = call.arguments if call else {}
        expert = caller.called(consultation)
        conversation = caller.links.experts.get(path_of(expert.path))
        mark = consultation.continues or consultation.call_id
        items = await self._items_after(conversation, mark) or ()
        sources = [s for item in items if isinstance(item, ModelSaid) for s in item.sources]
        thoughts = [i.thoughts for i in items if isinstance(i, ModelSaid) and i.thoughts]
        return ExpertTrace(
            call_id=consultation.call_id,
            name=consultation.title,
            thoughts="\n\n".join(thoughts),
            reason=arguments.get("reason", ""),
            brief=arguments.get("brief", ""),
            tools=tuple(dict.fromkeys(item.tool for item in items if isinstance(item, ToolUsed))),
            approvals=_approvals(items),
            sources=tuple(dict.fromkeys(sources)),
            metrics=self._metrics(consultation.stage),
            failure=consultation.failure,
            parts=await self._parts(expert, _calls(items)),
            continues=consultation.continues is not None,
        )

    def _metrics(self, stage: Stage | None) -> RequestMetrics | None:
        if stage is None:
            return None
        known = stage.usage != NO_USAGE or stage.model == BY_FUNCTION
        cost = self._prices.cost(stage.model, stage.usage) if known else None
        usage = stage.usage if known else None
        return RequestMetrics(stage.model, stage.seconds, usage, cost, stage.instead_of)

    async def _items_after(
        self, conversation: ConversationId | None, name: MessageTs | CallId
    ) -> Sequence[StoredItem] | None:
        """Return the items from the message *name* to the next; None if they are unavailable."""
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


def _calls(items: Sequence[StoredItem]) -> Mapping[CallId, ToolCalled]:
    outputs = {place: items[answer] for place, answer in pairing.answers(items).items()}
    return {
        item.call_id: item
        for place, item in enumerate(items)
        if isinstance(item, ToolCalled)
        and outputs.get(place) != ToolAnswered(item.call_id, ABORTED)
    }


def _approvals(items: Sequence[StoredItem]) -> tuple[ApprovalTrace, ...]:
    given = {place: items[answer] for place, answer in pairing.answers(items).items()}
    return tuple(
        ApprovalTrace(item.server, item.tool, decision.approved, decision.reason)
        if isinstance(decision := given.get(place), ApprovalGiven)
        else ApprovalTrace(item.server, item.tool)
        for place, item in enumerate(items)
        if isinstance(item, ApprovalWanted)
    )


@dataclass(frozen=True, slots=True)
class _Caller:
    """The router, or an expert that may have called others, and what is known of the turn."""

    turn: TurnId
    links: ThreadLinks
    report: TurnReport | None
    path: tuple[ExpertName, ...]  # who consulted whom, down to it; empty: the router
    by: CallId | None  # its own call; None: the router

    def called(self, consultation: ConsultationReport) -> "_Caller":
        return replace(self, path=(*self.path, consultation.expert), by=consultation.call_id)

    def consultations(self, calls: Iterable[ToolCalled]) -> Iterator[ConsultationReport]:
        """Yield its consultations from the report, else from the *calls* in its conversation."""
        if self.report:
            yield from (c for c in self.report.consultations if c.by == self.by)
            return
        for call in calls:
            if name := prompts.expert_of(call.tool):
                own = prompts.own_id(self.turn, call.call_id, self.by)
                yield ConsultationReport(own, name, name, known_as=call.call_id, by=self.by)
