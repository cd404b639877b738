"""The Redis side: what is kept there, and how it is reached."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.adapters.redis import connection
from bot.adapters.redis.approval_store import RedisApprovalStore
from bot.adapters.redis.conversation_store import RedisConversationStore
from bot.adapters.redis.feedback_store import RedisFeedbackStore
from bot.adapters.redis.handle_store import RedisHandleStore
from bot.adapters.redis.journal import RedisJournal
from bot.adapters.redis.keys import Shards
from bot.adapters.redis.panel_store import RedisPanelStore
from bot.adapters.redis.report_store import RedisReportStore
from bot.adapters.redis.scripting import Connection
from bot.adapters.redis.thread_store import RedisThreadStore
from bot.adapters.redis.turn_queue import RedisTurnQueue
from bot.config import Config, ConfigError, Problem


@dataclass(frozen=True, slots=True)
class Memory:
    """The Redis side."""

    redis: Connection
    queue: RedisTurnQueue
    journal: RedisJournal
    reports: RedisReportStore
    threads: RedisThreadStore
    panels: RedisPanelStore
    conversations: RedisConversationStore
    feedback: RedisFeedbackStore
    handles: RedisHandleStore
    approvals: RedisApprovalStore


@asynccontextmanager
async def open_memory(config: Config) -> AsyncIterator[Memory]:
    """Connect to Redis. Raises PanelError, with what to do, if it will not serve."""
    shards = Shards(config.redis_shards)
    redis = redis_of(config)
    try:
        await connection.prepare(redis, config.redis_url, shards)
        yield Memory(
            redis,
            RedisTurnQueue(redis, shards, lease=config.lease, room=config.channel_concurrency),
            RedisJournal(redis, shards),
            RedisReportStore(redis, shards),
            RedisThreadStore(redis, shards),
            RedisPanelStore(redis),
            RedisConversationStore(redis),
            RedisFeedbackStore(redis),
            RedisHandleStore(redis),
            RedisApprovalStore(redis, shards),
        )
    finally:
        await redis.aclose()


def redis_of(config: Config) -> Connection:
    """Return the way to Redis. Raises ConfigError if its address is malformed."""
    try:
        return connection.connect(config.redis_url)
    except ValueError as error:
        example = "redis://localhost:6379/0"
        raise ConfigError((Problem("REDIS_URL", f"is malformed ({error})", example),)) from error
