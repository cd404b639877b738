"""The reckoning of what one thread shows: status, plan, streams, tickets and files."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence, Set

from bot.panel.messaging.messenger import TaskState
from bot.panel.model import ThreadRef
from tests.reckoning import rules
from tests.reckoning.questions import Wish, made_by
from tests.reckoning.records import Question, Said
from tests.simulation.domain.brain import file_of
from tests.simulation.domain.fleet import Fleet
from tests.simulation.domain.talk.deciders import tickets


class ShownThread:
    """One thread in which the bot has *said* something; *excused* questions may lack an answer."""

    def __init__(
        self, fleet: Fleet, thread: ThreadRef, said: Sequence[Said], excused: Set[int]
    ) -> None:
        self._fleet = fleet
        self._thread = thread
        self._place = fleet.slack.threads[thread]
        self._said = said
        self._excused = excused

    def complaints(self, questions: Sequence[Question]) -> Iterator[str]:
        """Yield what is wrong."""
        yield from self._tickets(questions)
        yield from self._made(questions)
        yield from self._shown()

    def _may_miss(self, question: Question, expert: str) -> bool:
        is_excused = question.number in self._excused
        return is_excused or expert in rules.in_vain(question, self._said)

    def _shown(self) -> Iterator[str]:
        place = self._place
        unsent = self._fleet.unsent.get(self._thread, 0)
        if place.status and place.status_at > unsent:
            yield f"the status {place.status!r} is left"
        for one in place.ours.values():
            if one.is_streaming:
                yield f"a stream is open: {one.post.part}"
            is_working = any(task.state is TaskState.WORKING for task in one.tasks)
            if is_working and one.tasks_at > unsent:
                yield f"a plan is left as {one.post.text!r}"
            if not one.post.turn.startswith(f"{self._thread.team_id}:{self._thread.channel_id}:"):
                yield f"{one.post.part} of {one.post.turn} is in the wrong thread"

    def _tickets(self, questions: Sequence[Question]) -> Iterator[str]:
        """Complain of a tool that is not used once for each time that somebody approved of it."""
        shown = [*self._place.ours.values()]
        for question in questions:
            if question.wish is not Wish.TICKET:
                continue
            title = made_by("finance", question.number)
            asked = tickets(shown, title)
            done = self._fleet.model.done[json.dumps({"title": title})]
            endings = [one.ending.words if one.ending else "" for one in asked]
            approved = sum(words.startswith("Approved by") for words in endings)
            may_miss = self._may_miss(question, "finance")
            if len(asked) > 1 or not (asked or may_miss):
                yield f"{title} is to be decided on {len(asked)} times"
            is_unused = done < approved and may_miss  # stopped between the decision and its use
            if done != approved and not is_unused:
                yield f"{title} is done {done} times, and approved {approved} times"
            if not all(endings):
                yield f"{title} is left undecided"

    def _made(self, questions: Sequence[Question]) -> Iterator[str]:
        """Complain of a file that an expert made and that is not stored and shown once."""
        ours = self._place.ours.values()
        shown = Counter(file.name for one in ours for file in one.post.stored_files)
        for question in (one for one in questions if one.wish is Wish.FILE):
            for expert in question.experts:
                name = file_of(expert, question.number)
                stored = sum(one == name for one, _ in self._fleet.files.stored)
                may_miss = self._may_miss(question, expert)
                if max(stored, shown[name]) > 1 or not (shown[name] or may_miss):
                    yield f"{name} is stored {stored} times and shown {shown[name]} times"
