"""How many questions a minute a person may ask, and all people of a channel together."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.panel.access import sentences
from bot.panel.model import TurnId, UserId

WINDOW = 60.0  # seconds


@dataclass(frozen=True, slots=True)
class QuestionLimit:
    """At most so many questions in any minute, of one person or in one channel."""

    of: str  # the id of the person or the channel
    most: int
    is_channel: bool = False

    def exceeded(self, seconds: int) -> str:
        """Return the sentence for whoever asked once too often; in *seconds* they may again."""
        if self.is_channel:
            return sentences.channel_asks_too_often(self.most, seconds)
        return sentences.person_asks_too_often(self.most, seconds)


@dataclass(frozen=True, slots=True)
class Exceeded:
    """The limit that a question has met, and in how many seconds the next one may be asked."""

    limit: QuestionLimit
    seconds: float


class QuestionCounter(Protocol):
    """Counts questions, in all processes together. Methods may raise StoreUnavailable."""

    async def take(self, question: TurnId, limits: Sequence[QuestionLimit]) -> Exceeded | None:
        """Count *question*, once, under all *limits*; under none, if one of them is reached."""


@dataclass(frozen=True, slots=True)
class QuestionLimits:
    """What operators have set; 0: as many as people like."""

    of_person: int = 0
    of_channel: int = 0

    def of(self, channel_id: str, people: Sequence[UserId]) -> list[QuestionLimit]:
        persons = [QuestionLimit(one, self.of_person) for one in dict.fromkeys(people)]
        channel = QuestionLimit(channel_id, self.of_channel, is_channel=True)
        return [limit for limit in (*persons, channel) if limit.most]
