"""What is counted and judged, against a real Cluster: the counts of all shards are one."""

from bot.adapters.redis.queue.turn_queue import RedisTurnQueue
from bot.adapters.redis.shards import Shards
from bot.adapters.redis.stores.feedback_store import RedisFeedbackStore
from bot.adapters.redis.stores.report_store import RedisReportStore
from bot.panel.model import Message, MessageTs, ThreadRef, UserId
from bot.panel.reports.feedback import Feedback, Judged, Opinion
from bot.panel.reports.turn_report import Stage, TurnReport
from bot.panel.reports.usage_counts import UsageCount
from bot.panel.usage import Usage

SHARDS = Shards(12)
THREADS = [ThreadRef("T1", f"C{number % 3}", f"{number}.0") for number in range(24)]


async def test_counts_and_opinions_of_all_nodes_come_together(cluster):
    queue, reports = RedisTurnQueue(cluster, SHARDS, room=100), RedisReportStore(cluster, SHARDS)
    feedback = RedisFeedbackStore(cluster)
    for thread in THREADS:
        await queue.put(thread, Message(MessageTs(thread.thread_ts), UserId("U1"), "hello"))
    for _ in THREADS:
        claim = await queue.claim()
        mark = claim.turn.messages[0].ts
        report = TurnReport(mark, 1.0, choosing=Stage("m", usage=Usage(10, 1, 2)))
        await reports.save(claim, report)
        await reports.save(claim, report)
        judged = Judged(claim.turn.id, "router", None)
        await feedback.save("T1", Feedback(judged, mark, UserId("U1"), Opinion.GOOD, 1, "m"))

    count = len(THREADS)
    merged = Usage(10 * count, count, 2 * count)
    assert await reports.usage("T1", "1970-01") == [UsageCount(None, "m", count, merged)]
    assert len(await feedback.of_month("T1", "1970-01")) == count
