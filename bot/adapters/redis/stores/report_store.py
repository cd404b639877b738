"""What is kept of turns that are done, for a month, and what they took, for a year.

The script that writes checks the token: a worker that lost its turn writes nothing over the
report of the one that has it now. What has a report is counted already: a turn that is saved
again, after a crash, is not counted again.
"""

import logging
from collections.abc import Sequence

from bot.adapters.redis import codec, keys
from bot.adapters.redis.connection.errors import store_errors
from bot.adapters.redis.connection.scripting import Connection, Script
from bot.adapters.redis.stores import usage_fields
from bot.panel.errors import TurnLost
from bot.panel.model import Claim, ThreadRef, TurnId
from bot.panel.months import month_of
from bot.panel.reports.report_store import ReportStore
from bot.panel.reports.turn_report import TurnReport
from bot.panel.reports.usage_counts import UsageCount, usage_counts

_SAVE = Script("report")

_log = logging.getLogger(__name__)


class RedisReportStore(ReportStore):
    """The reports of the turns of a RedisTurnQueue with the same *shards*."""

    def __init__(self, redis: Connection, shards: keys.Shards) -> None:
        self._redis = redis
        self._shards = shards

    async def save(self, claim: Claim, report: TurnReport) -> None:
        turn, thread = claim.turn.id, claim.turn.thread
        name, prefix = keys.thread_name(thread), self._shards.prefix(thread)
        where = f"{thread.team_id}:{month_of(report.mark)}"
        kept = (name, claim.token, turn, codec.dump(report), keys.REPORT_FOR)
        args = (*kept, where, keys.USAGE_FOR, *usage_fields.fields(usage_counts(report)))
        with store_errors():
            saved = await _SAVE(self._redis, prefix, *args)
        if not saved:
            raise TurnLost(turn)

    async def usage(self, team_id: str, month: str) -> Sequence[UsageCount]:
        with store_errors():
            async with self._redis.pipeline(transaction=False) as pipe:
                for key in self._shards.usage(team_id, month):
                    pipe.hgetall(key)
                return usage_fields.usage_counts(await pipe.execute())

    async def find(self, thread: ThreadRef, turn: TurnId) -> TurnReport | None:
        with store_errors():
            found = await self._redis.get(self._shards.report(thread, turn))
        try:
            return codec.load(TurnReport, found) if found else None
        except codec.Unreadable as why:  # a newer version's: what the model's side keeps must do
            _log.warning("report.unreadable", extra={"turn": turn, "reason": str(why)})
            return None
