"""The reckoning, from Slack's and the model's side: what is wrong, in words.

1. Every expert that a question names answers it in its thread exactly once, and nobody else does.
2. The turns of a thread are answered in order, each with one plan and one synthesis at most.
3. A thread has one router conversation and one for each expert, and each names the others.
4. Every conversation holds each question once, and no call without its output.
5. Nothing is left: no status, no stream, no lock, no delivery, no turn, no dead letter; and no plan
   says that somebody is still being asked.

What features add to that is in ``feature_ledger.py``.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bot.adapters.slack.api.metadata import StampSigner
from bot.playground.slack.workspace.messages import Message
from tests.faults import brain, feature_ledger, installed
from tests.faults.model_side import Conversations, ThreadName
from tests.faults.rig import SECRET, Rig
from tests.faults.workload import Question, shown_text

_SIGNER = StampSigner([SECRET])
_USUAL = frozenset({"late", "plan", "reply", "router", "synthesis"})


@dataclass(frozen=True, slots=True)
class Said:
    """One of the bot's messages, as its stamp and its text tell."""

    turn: str
    part: str
    router: str
    speaker: str  # the expert; empty: the bot itself
    numbers: tuple[int, ...]  # of the questions it names
    failed: bool

    @property
    def kind(self) -> str:
        """Which part of the turn it is."""
        return self.part.partition(":")[0]


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
        self._model = Conversations(rig.openai.conversations.values())

    def complaints(self) -> Iterator[str]:
        """Yield what is wrong."""
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
            numbers = tuple(brain.named_in(text))
            failed = "could not answer" in text
            found.append(Said(stamp.turn, stamp.part, stamp.router, speaker, numbers, failed))
        return found

    def _in_slack(
        self, channel: str, thread_ts: str, questions: Sequence[Question]
    ) -> Iterator[str]:
        said = self._said(channel, thread_ts)
        yield from self._strange(said)
        yield from _repeated(said, self._rig.feature.failing)
        yield from self._answered(said, questions)
        if not self._allowed.disorder:
            yield from _out_of_order(said)

    def _strange(self, said: Sequence[Said]) -> Iterator[str]:
        """Complain of messages that nothing in the workload should lead to."""
        for one in said:
            if one.kind not in _USUAL | self._rig.feature.kinds:
                yield f"there is a message of the kind {one.kind}"
            fails = self._allowed.failures or one.speaker in self._rig.feature.failing
            if one.failed and not fails:
                yield f"{one.speaker} could not answer"

    def _answered(self, said: Sequence[Said], questions: Sequence[Question]) -> Iterator[str]:
        heard = Counter((n, one.speaker) for one in said for n in one.numbers if _answers(one))
        failed = {(one.turn.rpartition(":")[2], one.speaker) for one in said if one.failed}
        for question in questions:
            for expert in question.experts or ("",):
                times = heard.pop((question.number, expert), 0)
                if times == 0 and (question.ts, expert) in failed:
                    continue
                if times != 1:
                    yield f"Q{question.number} is answered {times} times by {expert or 'the bot'}"
        for (number, speaker), times in heard.items():
            yield f"Q{number} is answered {times} times by {speaker}, who was not asked"

    def _links(self, channel: str, thread_ts: str, questions: Sequence[Question]) -> Iterator[str]:
        known = self._model.of_thread(channel, thread_ts)
        stamps = {one.router for one in self._said(channel, thread_ts)}
        if len(known.routers) != 1:
            yield f"there are {len(known.routers)} router conversations"
            return
        (router,) = known.routers
        if stamps != {router.id}:
            yield f"the messages name the router conversations {stamps}, not {router.id}"
        asked = {expert for question in questions for expert in question.experts}
        for expert in asked | known.experts.keys():
            conversations = known.experts.get(expert, [])
            is_function = expert in installed.NAMES
            unheard = not conversations and (self._allowed.failures or is_function)
            if len(conversations) != 1 and not unheard:
                yield f"there are {len(conversations)} conversations of {expert}"
            for one in conversations:
                if router.experts.get(expert) != one.id:
                    yield f"the router's labels do not name the conversation of {expert}"
                if one.router != router.id:
                    yield f"the labels of {expert} do not name the router's conversation"

    def _in_conversations(
        self, channel: str, thread_ts: str, questions: Sequence[Question]
    ) -> Iterator[str]:
        known = self._model.of_thread(channel, thread_ts)
        everybody = (*known.routers, *(one for each in known.experts.values() for one in each))
        for conversation in everybody:
            told = Counter(conversation.asked)
            for question in questions:
                concerned = conversation.expert in ("", *question.experts)
                times = told[question.number]
                if times > 1 or (concerned and times != 1 and not self._allowed.failures):
                    yield f"{conversation.name} heard Q{question.number} {times} times"
            for number, times in Counter(conversation.answered).items():
                if times > 1:
                    yield f"{conversation.name} answered Q{number} {times} times"
            yield from conversation.complaints()

    def _left_over(self) -> Iterator[str]:
        workspace, slack = self._rig.slack.workspace, self._rig.slack
        for channel, thread_ts in workspace.statuses:
            yield f"{channel}/{thread_ts}: a status is left"
        for channel in self._rig.channels:
            for message in workspace.messages(channel):
                if message.streaming:
                    yield f"{channel}/{message.ts}: a stream is open"
                if _is_unfinished_plan(message):
                    yield f"{channel}/{message.ts}: a plan is left as {message.text!r}"
        if slack.deliverer.undelivered:
            yield f"{len(slack.deliverer.undelivered)} events were never acknowledged"


def _answers(said: Said) -> bool:
    return said.kind in ("reply", "router") and not said.failed


def _is_unfinished_plan(message: Message) -> bool:
    plans: Any = [block for block in message.blocks if block["type"] == "plan"]
    states = [task["status"] for plan in plans for task in plan["tasks"]]
    return "in_progress" in states or any(plan["title"].startswith("Asking") for plan in plans)


def _repeated(said: Sequence[Said], failing: Set[str]) -> Iterator[str]:
    for (turn, part), times in Counter((one.turn, one.part) for one in said).items():
        if times > 1:
            yield f"{part} of {turn} is there {times} times"
    for turn, times in Counter(one.turn for one in said if one.kind == "synthesis").items():
        if times > 1:
            yield f"{turn} is summed up {times} times"
    replies = Counter((one.turn, one.speaker) for one in said if one.kind == "reply")
    summed = {one.turn for one in said if one.kind == "synthesis"}
    for turn, answers in Counter(turn for turn, _ in replies).items():
        own = [one for one in said if one.turn == turn]
        failed = any(one.failed or one.speaker in failing for one in own)
        if not failed and (answers > 1) != (turn in summed):
            yield f"{turn} has {answers} answers and {'a' if turn in summed else 'no'} synthesis"


def _out_of_order(said: Sequence[Said]) -> Iterator[str]:
    latest = Decimal(0)
    for one in said:
        turn = Decimal(one.turn.rpartition(":")[2] or "0")
        if turn < latest:
            yield f"{one.part} of {one.turn} comes after an answer to {latest}"
        latest = max(turn, latest)
