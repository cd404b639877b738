"""The reckoning, from Slack's and the model's side: what is wrong, in words.

What holds for each thread is in ``tests/reckoning/rules.py``, as for the simulation. Besides,
nothing is left: no status, no stream, no turn, no dead letter; and no plan says that somebody is
still being asked. What Slack gave up is answered all the same, late. What features add to that is
in ``feature_ledger.py``.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bot.adapters.slack.api.metadata import StampSigner
from bot.playground.slack.workspace.messages import Message
from tests.faults import brain, feature_ledger, installed
from tests.faults.deliveries import given_up, why
from tests.faults.model_side import Conversations, ThreadName
from tests.faults.rig import SECRET, Rig
from tests.faults.workload import shown_text
from tests.reckoning import rules
from tests.reckoning.questions import named_in
from tests.reckoning.records import Question, Said

_SIGNER = StampSigner([SECRET])


@dataclass(frozen=True, slots=True)
class Allowances:
    """What a scenario brings with it."""

    failures: bool = False  # experts may say that they could not answer
    disorder: bool = False  # events came out of order: so may the answers
    doubled: int = 0  # threads in which something may be there twice, and nothing else is wrong


class Ledger:
    """Looks at everything once all is quiet."""

    def __init__(self, rig: Rig, questions: Iterable[Question], allowed: Allowances) -> None:
        self._rig = rig
        self._allowed = allowed
        self._threads: defaultdict[ThreadName, list[Question]] = defaultdict(list)
        for question in questions:
            self._threads[question.channel, question.thread_ts].append(question)
        self._model = Conversations(())
        asked = [one for each in self._threads.values() for one in each]
        self.given_up = given_up(rig.slack.deliverer.undelivered, asked)

    def complaints(self) -> Iterator[str]:
        """Yield what is wrong."""
        self._model = Conversations(self._rig.openai.conversations.values())
        spared = self._allowed.doubled
        for (channel, thread_ts), questions in self._threads.items():
            found = (
                *self._in_slack(channel, thread_ts, questions),
                *self._links(channel, thread_ts, questions),
                *self._in_conversations(channel, thread_ts, questions),
            )
            if spared and found and all(" 2 times" in one for one in found):
                spared -= 1
                continue
            for complaint in found:
                yield f"{channel}/{thread_ts}: {complaint}"
        yield from self._model.complaints()
        yield from self._left_over()
        asked = [one for each in self._threads.values() for one in each]
        yield from feature_ledger.complaints(self._rig, asked)

    def _said(self, channel: str, thread_ts: str) -> list[Said]:
        team = self._rig.slack.workspace.team_id
        thread = self._rig.slack.workspace.thread(channel, thread_ts)[1:]
        found = []
        for message in thread:
            if not message.bot_id:
                continue
            raw = {"metadata": message.metadata}
            stamp = _SIGNER.read(raw, team=team, channel=channel, thread_ts=thread_ts)
            if stamp is None:
                found.append(Said("", "unsigned", "", "", (), failed=False))
                continue
            speaker = brain.TITLES.get(message.username or "", "")
            text = shown_text(message)
            numbers = tuple(named_in(text))
            failed = "could not answer" in text
            found.append(Said(stamp.turn, stamp.part, stamp.router, speaker, numbers, failed))
        return found

    def _in_slack(
        self, channel: str, thread_ts: str, questions: Sequence[Question]
    ) -> Iterator[str]:
        said, feature = self._said(channel, thread_ts), self._rig.feature
        failing = None if self._allowed.failures else feature.failing
        yield from rules.strange(said, rules.USUAL | feature.kinds, failing)
        yield from rules.repeated(said)
        yield from rules.summed_up(said, feature.failing)
        for complaint in rules.answered(said, questions):
            delivered = ""
            if " answered 0 times " in complaint:
                delivered = why(self.given_up.get(named_in(complaint)[0], ()))
            yield complaint + delivered
        if not self._allowed.disorder:
            yield from rules.out_of_order(said)

    def _links(self, channel: str, thread_ts: str, questions: Sequence[Question]) -> Iterator[str]:
        known, said = self._model.of_thread(channel, thread_ts), self._said(channel, thread_ts)
        asked = {expert for question in questions for expert in question.experts}
        unheard = asked if self._allowed.failures else frozenset(installed.NAMES)
        yield from rules.linked(known, said, asked, unheard)

    def _in_conversations(
        self, channel: str, thread_ts: str, questions: Sequence[Question]
    ) -> Iterator[str]:
        excused = {one.number for one in questions if self._allowed.failures}
        for conversation in self._model.of_thread(channel, thread_ts).all:
            yield from rules.heard(conversation, questions, excused)
            yield from rules.calls(conversation)

    def _left_over(self) -> Iterator[str]:
        workspace = self._rig.slack.workspace
        for channel, thread_ts in workspace.statuses:
            yield f"{channel}/{thread_ts}: a status is left"
        for channel in self._rig.channels:
            for message in workspace.messages(channel):
                if message.streaming:
                    yield f"{channel}/{message.ts}: a stream is open"
                if _is_unfinished_plan(message):
                    yield f"{channel}/{message.ts}: a plan is left as {message.text!r}"


def _is_unfinished_plan(message: Message) -> bool:
    plans: Any = [block for block in message.blocks if block["type"] == "plan"]
    states = [task["status"] for plan in plans for task in plan["tasks"]]
    return "in_progress" in states or any(plan["title"].startswith("Asking") for plan in plans)
