"""People's feedback on replies, a hash for each month of questions."""

from collections.abc import Callable, Iterable, Sequence

from bot.adapters.redis import codec, keys
from bot.adapters.redis.connection.scripting import Connection
from bot.adapters.redis.encryption import CLEAR, Cipher
from bot.panel.reports.feedback import Feedback, FeedbackStore, question_of
from bot.panel.reports.months import month_of


class RedisFeedbackStore(FeedbackStore):
    """One field for each person and reply: a changed opinion overwrites the former one."""

    def __init__(self, redis: Connection, cipher: Cipher = CLEAR) -> None:
        self._redis = redis
        self._cipher = cipher

    async def save(self, team_id: str, feedback: Feedback) -> None:
        judged = feedback.judged
        key = keys.key("feedback", team_id, month_of(question_of(judged.turn)))
        field = f"{judged.turn} {judged.reply} {feedback.by}"
        async with self._redis.pipeline(transaction=False) as pipe:
            pipe.hset(key, field, self._cipher.encrypt(codec.dump(feedback), opinions_in(team_id)))
            pipe.expire(key, keys.FEEDBACK_FOR)
            await pipe.execute()

    async def of_month(self, team_id: str, month: str) -> Sequence[Feedback]:
        texts = await self._redis.hvals(keys.key("feedback", team_id, month))
        return [feedback for text in texts if (feedback := self._readable(team_id, text))]

    async def forget(
        self, team_id: str, months: Iterable[str], matches: Callable[[Feedback], bool]
    ) -> int:
        forgotten = 0
        for month in months:
            key = keys.key("feedback", team_id, month)
            texts = await self._redis.hgetall(key)
            for field, text in texts.items():
                if (feedback := self._readable(team_id, text)) and matches(feedback):
                    forgotten += await self._redis.hdel(key, field)
        return forgotten

    def _readable(self, team_id: str, text: str) -> Feedback | None:
        return self._cipher.load(Feedback, text, opinions_in(team_id), "feedback.unreadable")


def opinions_in(team_id: str) -> str:
    """Return what the feedback of a workspace is encrypted as."""
    return f"feedback {team_id}"
