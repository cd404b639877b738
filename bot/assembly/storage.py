"""Redis: the client, the queue and every store."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from bot.adapters.redis import keys
from bot.adapters.redis.connection import client
from bot.adapters.redis.connection.scripting import Connection
from bot.adapters.redis.encryption import Cipher
from bot.adapters.redis.key_rotation import KeyRotation, Rotated
from bot.adapters.redis.processes.listening_record import RedisListeningRecord
from bot.adapters.redis.queue.alert_store import RedisAlertStore
from bot.adapters.redis.queue.approval_store import RedisApprovalStore
from bot.adapters.redis.queue.journal import RedisJournal
from bot.adapters.redis.queue.outbox import RedisOutbox
from bot.adapters.redis.queue.turn_queue import RedisTurnQueue
from bot.adapters.redis.shards import Shards
from bot.adapters.redis.stores.audit_log import RedisAuditLog
from bot.adapters.redis.stores.chore_store import RedisChoreStore
from bot.adapters.redis.stores.conversation_store import RedisConversationStore
from bot.adapters.redis.stores.correction_store import RedisCorrectionStore
from bot.adapters.redis.stores.delivery_store import RedisDeliveryStore
from bot.adapters.redis.stores.feedback_store import RedisFeedbackStore
from bot.adapters.redis.stores.installation_store import RedisInstallationStore
from bot.adapters.redis.stores.kept_data import RedisKeptData
from bot.adapters.redis.stores.panel_store import RedisPanelStore
from bot.adapters.redis.stores.report_store import RedisReportStore
from bot.adapters.redis.stores.thread_store import RedisThreadStore
from bot.adapters.redis.stores.workspace_stores import (
    RedisChannelMoveStore,
    RedisHandleStore,
    RedisSharedChannelStore,
    RedisSharedThreadStore,
    RedisWorkspaceSettingsStore,
)
from bot.panel.audit.audit_log import NOBODY, Auditor
from bot.settings.config import Config
from bot.settings.environment import ConfigError, Problem


@dataclass(frozen=True, slots=True)
class Storage:
    """The Redis client, and everything that uses it."""

    redis: Connection
    queue: RedisTurnQueue
    journal: RedisJournal
    outbox: RedisOutbox
    reports: RedisReportStore
    threads: RedisThreadStore
    panels: RedisPanelStore
    conversations: RedisConversationStore
    feedback: RedisFeedbackStore
    handles: RedisHandleStore
    approvals: RedisApprovalStore
    deliveries: RedisDeliveryStore
    channel_moves: RedisChannelMoveStore
    audit_log: RedisAuditLog
    audit: Auditor
    chores: RedisChoreStore
    alerts: RedisAlertStore
    corrections: RedisCorrectionStore
    shared_threads: RedisSharedThreadStore
    kept: RedisKeptData


@asynccontextmanager
async def open_storage(config: Config, operator: str = NOBODY) -> AsyncIterator[Storage]:
    """Connect to Redis; *operator* acts where no person does.

    Raises PanelError, with a remedy, if it cannot be used.
    """
    shards = Shards(config.redis_shards)
    redis = redis_of(config)
    audit_log = RedisAuditLog(redis, config.secrets)
    cipher = Cipher(config.encryption_keys)
    try:
        await client.prepare(redis, config.redis_url, shards)
        yield Storage(
            redis,
            RedisTurnQueue(
                redis,
                shards,
                lease=config.lease,
                room=config.channel_concurrency,
                workspace_room=config.workspace_concurrency if config.is_multi_workspace else None,
                cipher=cipher,
                keep_dead=config.dead_days * keys.DAY,
            ),
            RedisJournal(redis, shards, cipher),
            RedisOutbox(redis, shards, lease=config.lease, cipher=cipher),
            _reports(config, redis),
            RedisThreadStore(redis, shards),
            RedisPanelStore(redis),
            RedisConversationStore(redis, cipher),
            RedisFeedbackStore(redis, cipher),
            RedisHandleStore(redis),
            RedisApprovalStore(redis, shards, cipher),
            RedisDeliveryStore(redis),
            RedisChannelMoveStore(redis),
            audit_log,
            Auditor(audit_log, operator),
            RedisChoreStore(redis),
            RedisAlertStore(redis),
            RedisCorrectionStore(redis, cipher, keep=_days_of_threads(config) * keys.DAY),
            RedisSharedThreadStore(redis),
            RedisKeptData(redis, shards),
        )
    finally:
        await redis.aclose()


def _reports(config: Config, redis: Connection) -> RedisReportStore:
    keep, by_person = config.report_days * keys.DAY, config.usage_by_person == "yes"
    return RedisReportStore(redis, Shards(config.redis_shards), keep=keep, by_person=by_person)


def _days_of_threads(config: Config) -> int:
    return config.retention_days or keys.THREAD_FOR // keys.DAY


async def rotate_keys(config: Config) -> tuple[str, Rotated]:
    """Encrypt everything in Redis with the first key; return its id, and what has come of it."""
    cipher = Cipher(config.encryption_keys)
    async with open_storage(config) as storage:
        return cipher.current, await KeyRotation(storage.redis, cipher).run()


def shared_channels(storage: Storage, team_id: str) -> RedisSharedChannelStore:
    """Return what events have said of which channels are shared."""
    return RedisSharedChannelStore(storage.redis, team_id)


def installation_store(config: Config, storage: Storage, app: str) -> RedisInstallationStore:
    """Return the installations of *app*: its client id, which is known before any installation."""
    return RedisInstallationStore(storage.redis, app, Cipher(config.encryption_keys))


def settings_store(config: Config, storage: Storage) -> RedisWorkspaceSettingsStore:
    """Return what workspaces have set for themselves."""
    return RedisWorkspaceSettingsStore(storage.redis, Cipher(config.encryption_keys))


def storage_of(config: Config, storage: Storage) -> Storage:
    """Return *storage* with what it keeps as long as the *config* of one workspace says."""
    cipher = Cipher(config.encryption_keys)
    keep = _days_of_threads(config) * keys.DAY
    return replace(
        storage,
        reports=_reports(config, storage.redis),
        corrections=RedisCorrectionStore(storage.redis, cipher, keep=keep),
    )


def listening_record(config: Config, storage: Storage, team_id: str) -> RedisListeningRecord:
    """Return the record of when somebody listened to the events of a workspace."""
    return RedisListeningRecord(storage.redis, Shards(config.redis_shards), team_id)


def address_of(config: Config) -> str:
    """Return the address of Redis without user and password, for people to read."""
    return client.address(config.redis_url)


def redis_of(config: Config) -> Connection:
    """Return a client for Redis. Raises ConfigError if the address is malformed."""
    try:
        return client.connect(config.redis_url)
    except ValueError as error:
        raise ConfigError((Problem("REDIS_URL", f"is {error}"),)) from error
