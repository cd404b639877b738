"""The progress of a turn.

Nothing here waits, reads or writes: a turn that was interrupted anywhere is resumed by folding its
journal into a Progress again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce

from bot.panel.journal.events import (
    ApprovalAsked,
    AuthorsRead,
    CallAdopted,
    Closed,
    ClosingStarted,
    ConversationOpened,
    ExpertAnswered,
    ExpertAsked,
    ExpertCalled,
    ExpertFailed,
    FileStored,
    LikelihoodsAsked,
    LikelihoodsJudged,
    Retried,
    Routed,
    RouterAsked,
    RouterBegan,
    StrangerCalled,
    TurnEvent,
    UploadOpened,
)
from bot.panel.journal.failures import Failure
from bot.panel.journal.post_events import PostEvent
from bot.panel.journal.posts import DELAYED, GAVE_UP, Posts
from bot.panel.journal.selection_rounds import (
    NOT_BEGUN,
    Round,
    RoundEvent,
    Rounds,
    calls_in,
    experts_to,
    in_one,
    selector,
)
from bot.panel.links import NO_LINKS, ThreadLinks, path_of
from bot.panel.made_files import StoredFile
from bot.panel.model import Call, CallId, ConsultationPath, ExpertName, FileId, MessageTs, UserId
from bot.panel.routing.likelihoods import Likelihoods
from bot.panel.usage import NO_USAGE, Usage

Outcome = ExpertAnswered | ApprovalAsked | ExpertFailed


@dataclass(frozen=True)  # without slots: see _with
class Progress:
    """The state of a turn that survives a crash."""

    likelihoods: Likelihoods | None = None  # None: nobody has judged them yet
    rounds: Rounds = field(default_factory=dict)
    asked: frozenset[CallId] = frozenset()
    repeated: frozenset[CallId] = frozenset()  # asked again: an earlier try may arrive as well
    without: Mapping[CallId, tuple[str, ...]] = field(default_factory=dict)
    outcomes: Mapping[CallId, Outcome] = field(default_factory=dict)
    uploads: Mapping[tuple[CallId, str], FileId] = field(default_factory=dict)
    stored_files: Mapping[tuple[CallId, str], StoredFile] = field(default_factory=dict)
    closed: Closed | None = None
    posts: Posts = field(default_factory=Posts)
    usage: Usage = NO_USAGE
    opened: ThreadLinks = NO_LINKS  # the conversations that began in this turn
    retries: int = 0  # by people, after it was given up
    words_of: tuple[UserId, ...] = ()  # see AuthorsRead
    context_of: tuple[UserId, ...] = ()
    unread_since: MessageTs | None = None

    @classmethod
    def of(cls, journal: Iterable[TurnEvent]) -> "Progress":
        return reduce(cls.after, journal, cls())

    def round_of(self, by: CallId | None = None) -> Round:
        """Return the round of the router, or of the expert with the call *by*."""
        return self.rounds.get(by, NOT_BEGUN)

    @property
    def calls(self) -> tuple[Call, ...]:
        """The calls of the router, or of people."""
        return self.round_of().calls

    @property
    def all_calls(self) -> tuple[Call, ...]:
        """All calls, each followed by those that its expert made."""
        return tuple(calls_in(self.rounds))

    def path(self, call: Call) -> ConsultationPath:
        return path_of(experts_to(call, self.rounds))

    @property
    def is_likely(self) -> bool:
        """Whether whoever is asked directly is so because it is likely wanted."""
        return bool(self.likelihoods and self.likelihoods.experts)

    @property
    def consultations_by_models(self) -> int:
        """How many consultations the router and experts have wanted, not people themselves."""
        direct = self.routed is not None and self.routed.direct
        return sum(len(one.calls) for by, one in self.rounds.items() if by or not direct)

    @property
    def left_out(self) -> tuple[str, ...]:
        """The names by which experts were called when the turn had consulted enough."""
        rounds = self.rounds.values()
        return tuple(one.name for each in rounds for one in each.strangers if one.limit)

    def outcome_of(self, call: Call) -> Outcome:
        """Return what became of *call*, or of the one that answers it."""
        return self.outcomes[call.joins or call.id]

    def in_one(self, call: Call) -> Call:
        """Return *call* with the questions of all calls that it answers."""
        return in_one(call, self.round_of(call.by).joined_to(call))

    def is_superseded(self, call: Call) -> bool:
        """Whether the turn has asked the expert something else after *call*."""
        own = [one.id for one in self.calls if one.expert == call.expert]
        return call.id in own and any(id_ in self.asked for id_ in own[own.index(call.id) + 1 :])

    @property
    def routed(self) -> Routed | None:
        """The event that ended the router's calls, if it has happened."""
        return self.round_of().routed

    @property
    def answers(self) -> tuple[ExpertAnswered, ...]:
        outcomes = (self.outcomes.get(call.id) for call in self.calls)
        return tuple(outcome for outcome in outcomes if isinstance(outcome, ExpertAnswered))

    @property
    def awaits_approval(self) -> bool:
        return any(isinstance(one, ApprovalAsked) for one in self.outcomes.values())

    @property
    def without_credit(self) -> bool:
        failed = (o for o in self.outcomes.values() if isinstance(o, ExpertFailed))
        return any(outcome.failure is Failure.QUOTA for outcome in failed)

    @property
    def over_budget(self) -> tuple[tuple[ExpertName, str], ...]:
        """The experts that a budget did not allow to ask, and why."""
        outcomes = ((call.expert, self.outcomes.get(call.id)) for call in self.all_calls)
        return tuple(
            (name, one.why)
            for name, one in outcomes
            if isinstance(one, ExpertFailed) and one.failure is Failure.BUDGET
        )

    @property
    def only_refused(self) -> bool:
        """Whether all called functions refused, each with a reason of its own."""
        settled = (self.outcomes.get(call.id) for call in self.calls)
        failures = [one.failure for one in settled if isinstance(one, ExpertFailed)]
        return bool(self.calls) and failures == [Failure.REFUSED] * len(self.calls)

    def was_stopped(self, call: Call) -> bool:
        """Whether *call* ended without an answer because somebody stopped the turn."""
        return self.outcomes.get(call.id) == ExpertFailed(call.id, Failure.STOPPED)

    @property
    def giving_up(self) -> str:
        """The part name of the message for when the turn is given up; each retry has its own."""
        return f"{GAVE_UP}-{self.retries}" if self.retries else GAVE_UP

    @property
    def delayed(self) -> str:
        """The part name of the message for while the model's side is away, in the same way."""
        return f"{DELAYED}-{self.retries}" if self.retries else DELAYED

    @property
    def has_answers(self) -> bool:
        """Whether the model's side has answered anything in this turn."""
        rounds = self.rounds.values()
        has_routed = any(one.routed and not one.routed.direct for one in rounds)
        return has_routed or any(isinstance(one, ExpertAnswered) for one in self.outcomes.values())

    def _with(self, **changes: object) -> "Progress":
        """Return a changed copy: for each event, a tenth of the time that ``replace`` takes."""
        copy = object.__new__(Progress)
        copy.__dict__.update(self.__dict__, **changes)
        return copy

    def after(self, event: TurnEvent) -> "Progress":
        match event:
            case RouterAsked() | RouterBegan() | ExpertCalled() | StrangerCalled() | Routed():
                return self._choosing(event)
            case ClosingStarted():
                return self._choosing(event)
            case CallAdopted(call_id, known_as):
                rounds = {by: one.adopted(call_id, known_as) for by, one in self.rounds.items()}
                return self._with(rounds=rounds)
            case ExpertAsked(call_id, without=without):
                known = {**self.without, call_id: without}
                repeated = self.repeated | ({call_id} & self.asked)
                return self._with(asked=self.asked | {call_id}, repeated=repeated, without=known)
            case ExpertAnswered() | ApprovalAsked() | ExpertFailed():
                return self._settled(event)
            case Closed():
                return self._with(closed=event, usage=self.usage + event.usage)
            case AuthorsRead():
                return self._read(event)
            case _:
                return self._aside(event)

    def _choosing(self, event: RoundEvent) -> "Progress":
        by = selector(event)
        spent = event.usage if isinstance(event, Routed) else NO_USAGE
        rounds = {**self.rounds, by: self.round_of(by).after(event)}
        return self._with(rounds=rounds, usage=self.usage + spent)

    def _read(self, event: AuthorsRead) -> "Progress":
        words = dict.fromkeys((*self.words_of, *event.words_of))
        context = dict.fromkeys((*self.context_of, *event.context_of))
        since = self.unread_since or event.unread_since
        return self._with(words_of=tuple(words), context_of=tuple(context), unread_since=since)

    def _aside(
        self,
        event: LikelihoodsAsked
        | LikelihoodsJudged
        | ConversationOpened
        | UploadOpened
        | FileStored
        | Retried
        | PostEvent,
    ) -> "Progress":
        match event:
            case LikelihoodsAsked():
                return self
            case LikelihoodsJudged(likelihoods, usage):
                return self._with(likelihoods=likelihoods, usage=self.usage + usage)
            case ConversationOpened(path, id_):
                return self._with(opened=self.opened.including(path, id_))
            case UploadOpened(call_id, file, id_):
                return self._with(uploads={**self.uploads, (call_id, file): id_})
            case FileStored(call_id, file, exhibit):
                return self._with(stored_files={**self.stored_files, (call_id, file): exhibit})
            case Retried():
                return self._with(retries=self.retries + 1)
            case _:
                return self._with(posts=self.posts.after(event))

    def _settled(self, outcome: Outcome) -> "Progress":
        spent = NO_USAGE if isinstance(outcome, ExpertFailed) else outcome.usage
        outcomes = {**self.outcomes, outcome.call_id: outcome}
        return self._with(outcomes=outcomes, usage=self.usage + spent)
