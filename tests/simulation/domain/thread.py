"""What a thread of the simulated Slack shows."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.panel.messaging.messenger import Ending, PlanTask, Post
from bot.panel.model import Message, MessageTs, TurnId


@dataclass(slots=True)
class Shown:
    """One of the bot's messages."""

    ts: MessageTs
    post: Post
    tasks: Sequence[PlanTask] = ()
    tasks_at: float = 0.0  # since when, in the loop's time
    is_streaming: bool = False
    is_stamped: bool = True  # so that it can be found
    ending: Ending | None = None  # in place of its buttons


@dataclass(slots=True)
class Thread:
    """What a thread shows."""

    ours: dict[MessageTs, Shown] = field(default_factory=dict)
    people: dict[MessageTs, Message] = field(default_factory=dict)
    edits: dict[MessageTs, MessageTs] = field(default_factory=dict)  # of people's: the last
    to_others: set[MessageTs] = field(default_factory=set)  # of people's: what mentions another
    status: str = ""  # which stays, where Slack's ends after two minutes
    status_at: float = 0.0  # since when, in the loop's time
    is_deleted: bool = False
    answered_before: dict[TurnId, float] = field(default_factory=dict)  # turns, found to be so

    def find(self, turn: TurnId, part: str) -> Shown | None:
        """Return that message, if it carries its stamp."""
        for one in self.ours.values():
            if one.is_stamped and one.post.turn == turn and one.post.part == part:
                return one
        return None
