"""What a newer version has counted and kept, beside what this one knows."""

from bot.adapters.redis import keys
from bot.adapters.redis.shards import Shards
from bot.adapters.redis.stores.feedback_store import RedisFeedbackStore
from bot.adapters.redis.stores.report_store import RedisReportStore
from bot.panel.model import ExpertName
from bot.panel.reports.usage_counts import UsageCount


async def test_counts_of_another_kind_are_passed_over(redis):
    (key,) = Shards().usage("T1", "2025-11")
    await redis.hset(key, mapping={"legal m questions": 2, "legal m reasoning": 7})

    found = await RedisReportStore(redis, Shards()).usage("T1", "2025-11")

    assert found == [UsageCount(ExpertName("legal"), "m", 2)]


async def test_opinions_of_another_kind_are_passed_over_and_logged(redis, caplog):
    await redis.hset(keys.key("feedback", "T1", "2025-11"), "voice", '{"stars": 5}')

    assert await RedisFeedbackStore(redis).of_month("T1", "2025-11") == []
    assert caplog.messages == ["feedback.unreadable"]
