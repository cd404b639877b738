"""The reckoning of a simulated world: what is wrong in it once all is quiet, in words."""

from collections.abc import Iterator, Sequence

from bot.panel.messaging.messenger import Post
from bot.panel.model import ThreadRef, TurnId, just_after
from tests.reckoning import rules
from tests.reckoning.questions import named_in
from tests.reckoning.records import (
    Conversation,
    Offer,
    OfThread,
    Press,
    Question,
    Said,
    conversation,
)
from tests.simulation.domain.fleet import Fleet
from tests.simulation.domain.functions import DATES
from tests.simulation.domain.shown import ShownThread
from tests.simulation.domain.talk.events import Wanting
from tests.simulation.domain.talk.people import People
from tests.simulation.domain.thread import Shown

_KINDS = rules.USUAL | {"delay", "approval", "verdict", "made"}
_FAILURES = ("could not answer", "took too long")


class Reckoning:
    """Looks at everything that *fleet* and *people* have left behind."""

    def __init__(self, fleet: Fleet, people: People) -> None:
        self._fleet = fleet
        self._people = people
        self._conversations = _by_thread(fleet)

    def complaints(self) -> Iterator[str]:
        """Yield what is wrong."""
        for thread in self._fleet.slack.threads:
            where = f"{thread.team_id}/{thread.place}"
            yield from (f"{where}: {one}" for one in self._of_thread(thread))
        yield from self._left_over()
        yield from self._fleet.functions.complaints()
        yield from self._died()
        yield from self._fleet.wrong_budgets

    def _of_thread(self, thread: ThreadRef) -> Iterator[str]:
        questions = self._people.questions.get(thread, [])
        said = self._said(thread)
        ended = [one for one in questions if self._people.may_be_ended(thread, one)]
        failing = None if self._may_fail else frozenset[str]()
        kinds = _KINDS | ({"stopped", "command"} if thread in self._people.stops else set())
        kinds |= {"budget"} if self._fleet.short else set()
        offers = self._offers(thread)
        chosen = {one.press for one in offers}
        answered = {
            n for one in said if one.turn_ts not in chosen and one.answers for n in one.numbers
        }
        offered = {one.number for one in questions if any(o.is_about(one) for o in offers)}
        offered -= answered  # they overtook each other, and are not what was offered
        kinds |= {"offer"} if offers else set()
        kinds |= {"steered"} if thread in self._people.presses else set()
        yield from rules.strange(said, kinds, failing)
        yield from rules.repeated([one for one in said if not self._is_unsummed(one)])
        given_up = [one for one in questions if self._people.events.is_lost(one.ts)]
        lost = [*self._lost(thread, questions), *self._refused(thread, questions), *given_up]
        presses = self._people.presses.get(thread, [])
        in_vain = {one.ts for one in presses if self._people.may_be_ended(thread, one)}
        in_vain |= {one.ts for one in presses if self._people.is_deleted(thread, one.since)}
        in_vain |= {one.ts for one in self._lost(thread, presses)}
        in_vain |= {one.ts for one in presses if one.ts in self._people.events.given_up}
        yield from rules.pressed(said, presses, in_vain)
        stopped = {o.press for o in offers if any(map(o.is_about, ended))}
        if not lost:
            whole = [one for one in offers if one.press not in stopped]
            yield from rules.chosen(said, questions, whole, self._people.events.may_swap)
        excused_turns = {one.ts for one in (*ended, *lost)} | in_vain | stopped
        yield from rules.summed_up(said, frozenset(), excused_turns)
        excused = {one.number for one in (*ended, *lost)} | self._answered_with_others(questions)
        yield from self._uncounted(said)
        pressed = {one.ts for one in presses} | chosen
        first = [one for one in said if one.turn_ts not in pressed]
        others = [one for one in questions if one.number not in offered]
        found = self._found_again(thread, questions)
        excused_from_answers = excused - self._must_be_found(thread, found, said)
        yield from rules.answered(first, others, excused_from_answers, {one.number for one in lost})
        late = chosen | {one.ts for one in found}
        in_order = [one for one in said if one.turn_ts not in late]
        yield from rules.out_of_order(in_order, self._people.events.may_swap)
        yield from self._in_conversations(thread, questions, said, excused | offered)
        shown = ShownThread(self._fleet, thread, said, excused)
        yield from shown.complaints(questions)

    def _lost(self, thread: ThreadRef, questions: Sequence[Wanting]) -> Sequence[Wanting]:
        """Return the questions that Redis may have lost: those that were written before it did."""
        return self._people.events.written_until(questions, self._fleet.forgotten.get(thread, 0))

    def _found_again(self, thread: ThreadRef, questions: Sequence[Question]) -> Sequence[Question]:
        """Return what a replica lacked that took over: that is looked for, too."""
        ended = [one for one in questions if self._people.may_be_ended(thread, one)]
        is_sought = self._fleet.may_miss and not self._fleet.is_wiped
        lost = self._lost(thread, questions) if is_sought else ()
        return [one for one in lost if one not in ended]

    def _must_be_found(
        self, thread: ThreadRef, found: Sequence[Question], said: Sequence[Said]
    ) -> set[int]:
        """Return which of *found* are to be answered: not where a choice of experts was lost.

        Then the router sums up what there is, or those who have answered are all who do.
        """
        summed = {n for one in said if not one.speaker and one.answers for n in one.numbers}
        ended = self._fleet.slack.threads[thread].answered_before
        over = self._people.events.written_until(found, max(ended.values(), default=0))
        return {q.number for q in found if q.experts and q not in over} - summed

    def _refused(self, thread: ThreadRef, questions: Sequence[Question]) -> Sequence[Question]:
        """Return what was one question too many, with what may have been asked together with it."""
        admitted = {one: self._fleet.admitted.get(_turn_of(thread, one)) for one in questions}
        short = {one for one in questions if _turn_of(thread, one) in self._fleet.short}
        refused = [one for one, known in admitted.items() if known is False or one in short]

        def is_refused(question: Question) -> bool:
            if admitted[question] is not None and not self._fleet.budget:
                return question in refused
            return any(
                float(one.ts) < float(question.ts)
                or self._people.events.may_swap(one.ts, question.ts)
                for one in refused
            )

        is_told = self._fleet.notices.told or short
        return [one for one in questions if is_told and is_refused(one)]

    def _uncounted(self, said: Sequence[Said]) -> Iterator[str]:
        """Complain of turns that are answered though they are too many."""
        for turn in dict.fromkeys(one.turn for one in said if one.answers):
            if self._fleet.limit and not self._fleet.admitted.get(TurnId(turn)):
                yield f"{turn} is answered, and does not count"

    def _is_unsummed(self, said: Said) -> bool:
        """Whether it may say, at length, that a budget allows no summary."""
        return said.kind == "synthesis" and TurnId(said.turn) in self._fleet.short

    @property
    def _may_fail(self) -> bool:
        """Whether experts may have to say that they could not answer."""
        return self._fleet.net.failed > 0

    def _answered_with_others(self, questions: Sequence[Question]) -> set[int]:
        """Return the questions for nobody, which may be asked together with one for somebody.

        Then the router lets the experts answer, and does not answer itself.
        """
        return {one.number for one in questions if not one.experts}

    def _in_conversations(
        self,
        thread: ThreadRef,
        questions: Sequence[Question],
        said: Sequence[Said],
        excused: set[int],
    ) -> Iterator[str]:
        lost = self._lost(thread, questions)  # models may hear these once more
        deleted = [one for one in questions if self._people.is_deleted(thread, one.ts)]
        forgotten = [*lost, *(deleted if self._fleet.is_flushed else ())]
        known = self._conversations.get(thread, OfThread())
        if forgotten:
            known = _without_forgotten(known, _signed(said), forgotten)
        must_answer = [one for one in questions if one.number not in excused]
        asked = {name for one in must_answer for name in {*one.experts} - rules.in_vain(one, said)}
        if must_answer or known.routers:
            yield from rules.linked(known, _signed(said), asked, unheard={DATES})
        if not self._fleet.is_flushed:
            yield from rules.read(known, self._people.remarks(thread, must_answer))
        presses = [*self._people.presses.get(thread, []), *map(_press_of, self._offers(thread))]
        told = [one for one in questions if one not in lost]
        once = [one for one in told if not any(press.is_about(one) for press in presses)]
        for one in known.all:
            vain = {q.number for q in questions if one.expert in rules.in_vain(q, said)}
            yield from rules.heard(one, told, excused | vain, presses)
            yield from rules.heard_in_order(one, once, self._people.events.may_swap)
            short = self._refused(thread, questions) if self._fleet.budget else ()
            yield from rules.calls(one, {question.number for question in (*lost, *short)})

    def _offers(self, thread: ThreadRef) -> Sequence[Offer]:
        choices = self._people.choices.get(thread, ())
        return [
            Offer(
                one.ts,
                just_after(one.ts),
                str(one.post.about),
                str(one.post.about_until),
                [experts for ts, experts in choices if ts == one.ts],
                one.ending is None,
            )
            for one in self._fleet.slack.threads[thread].ours.values()
            if one.post.part == "offer"
        ]

    def _said(self, thread: ThreadRef) -> list[Said]:
        return [_said(one) for one in self._fleet.slack.threads[thread].ours.values()]

    def _left_over(self) -> Iterator[str]:
        yield from self._fleet.memory.left_over()
        if self._people.events.undelivered:
            yield f"{self._people.events.undelivered} events were never acknowledged"

    def _died(self) -> Iterator[str]:
        for worker in self._fleet.workers:
            main = worker.main
            ended = worker.process.is_alive and main.done() and not main.cancelled()
            if ended and (error := main.exception()):
                yield f"{worker.process.name} died of {error!r}"
        for what in self._fleet.loop.errors:
            yield f"the loop: {what.get('message')} {what.get('exception')!r}"


def _press_of(offer: Offer) -> Press:
    return Press(offer.press, "", offer.since, offer.until)


def _turn_of(thread: ThreadRef, question: Question) -> TurnId:
    return TurnId(f"{thread.team_id}:{thread.channel_id}:{question.ts}")


def _said(shown: Shown) -> Said:
    post = shown.post
    failed = any(words in post.text for words in _FAILURES)
    speaker = str(post.expert or "")
    return Said(post.turn, post.part, post.router or "", speaker, _numbers(post), failed)


def _without_forgotten(
    known: OfThread, said: Sequence[Said], forgotten: Sequence[Question]
) -> OfThread:
    """Return *known* without what nothing names, and only *forgotten* questions have begun."""
    numbers = {one.number for one in forgotten}
    routers = [one for one in known.routers if not {*one.heard} <= numbers]
    named = {one.router for one in said} | {one.id for one in routers}
    named |= {id_ for one in known.routers if one.id in named for id_ in one.experts.values()}
    kept = OfThread()
    for one in known.all:
        if one.id in named or not {*one.heard} <= numbers:
            kept.add(one)
    return kept


def _signed(said: Sequence[Said]) -> list[Said]:
    """Return what names the router's conversation: a notice need not."""
    return [one for one in said if one.kind in rules.USUAL]


def _numbers(post: Post) -> tuple[int, ...]:
    return tuple(named_in(post.text))


def _by_thread(fleet: Fleet) -> dict[ThreadRef, OfThread]:
    found: dict[ThreadRef, OfThread] = {}
    for id_, stored in fleet.model.conversations.items():
        if stored.items:
            one: Conversation = conversation(
                id_, stored.labels, stored.items, is_locked=id_ in fleet.model.writing
            )
            found.setdefault(stored.labels.thread, OfThread()).add(one)
    return found
