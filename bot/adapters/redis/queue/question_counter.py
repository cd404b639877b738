"""Questions of the last minute, by person and by channel: exact, as a sliding window log."""

from collections.abc import Sequence

from bot.adapters.redis import keys
from bot.adapters.redis.connection.scripting import Connection, Script, milliseconds
from bot.panel.access.question_limits import WINDOW, Exceeded, QuestionCounter, QuestionLimit
from bot.panel.model import TurnId

_COUNT = Script("count_question")


class RedisQuestionCounter(QuestionCounter):
    """Counts the questions of one workspace."""

    def __init__(self, redis: Connection, team_id: str) -> None:
        self._redis = redis
        self._prefix = keys.slot("asked", team_id)

    async def take(self, question: TurnId, limits: Sequence[QuestionLimit]) -> Exceeded | None:
        if not limits:
            return None
        args: list[str | int] = [question, milliseconds(WINDOW)]
        for limit in limits:
            args += [limit.of, limit.most]
        reached, wait = await _COUNT(self._redis, self._prefix, *args)
        return Exceeded(limits[reached - 1], wait / 1000) if reached else None
