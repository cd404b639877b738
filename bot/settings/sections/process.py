"""What a process is given: Redis, its address, its share of the work, its language."""

from dataclasses import dataclass

from bot.language import LANGUAGES
from bot.settings.kinds import choice, text
from bot.settings.number_kinds import number, whole_number
from bot.settings.secret_kinds import secret
from bot.settings.setting import Group, Own, setting

_REDIS = (
    "redis://",
    "rediss://",
    "redis+sentinel://",
    "rediss+sentinel://",
    "redis+cluster://",
    "rediss+cluster://",
    "unix://",
)


@dataclass(frozen=True)
class ProcessSettings:
    """What a process is given: Redis, its address, its share of the work, its language."""

    redis_url: str = setting(
        "REDIS_URL",
        secret(*_REDIS),
        "A single server, Sentinel or a Cluster; rediss:// uses TLS",
        needed="always",
        example="redis://localhost:6379/0",
        is_secret=True,
        line="redis://localhost:6379/0",
        page="run/redis-and-workers.md",
        group=Group.REDIS,
    )
    redis_shards: int = setting(
        "PANELBOT_REDIS_SHARDS",
        whole_number(1, 256, default=1),
        "Parts that the keys are spread over, for a Redis Cluster; never change it once there "
        "is data",
        page="run/redis-and-workers.md",
    )
    port: int = setting(
        "PORT",
        whole_number(1, 65535, default=3000),
        "The port for events and health checks over HTTP",
        group=Group.PROCESS,
    )
    host: str = setting(
        "PANELBOT_HOST",
        text(default="0.0.0.0"),  # noqa: S104 - a server is there to be reached
        "The address to listen on",
        example="127.0.0.1",
    )
    health_port: int = setting(
        "PANELBOT_HEALTH_PORT",
        whole_number(1, 65535, default=0, or_zero=True),
        "A port where every process answers /livez and /readyz, including workers and in Socket "
        "Mode; 0: none, and only PORT answers, with HTTP",
        example="8081",
        page="run/health.md",
    )
    metrics: str = setting(
        "PANELBOT_METRICS",
        choice("off", "on", "workspace", default="off"),
        "Whether every process offers metrics for Prometheus at /metrics on that port; "
        "workspace: with the workspace as a label. Needs the extra `metrics`",
        example="on",
        page="run/metrics.md",
    )
    log_level: str = setting(
        "LOG_LEVEL",
        choice("DEBUG", "INFO", "WARNING", "ERROR", default="INFO"),
        "DEBUG, INFO, WARNING or ERROR",
        page="run/log.md",
    )
    log_format: str = setting(
        "PANELBOT_LOG_FORMAT",
        choice("text", "json", default="text"),
        "The format of the log: text, or json for log collectors",
        example="json",
        page="run/log.md",
    )
    concurrency: int = setting(
        "PANELBOT_CONCURRENCY",
        whole_number(1, 1000, default=300),
        "Turns that one worker process runs at once; each takes about 0.1 MB while it waits for "
        "the model, and more with many experts",
        page="run/redis-and-workers.md",
    )
    lease: float = setting(
        "PANELBOT_LEASE",
        number(1, 300, default=15, unit="seconds"),
        "Seconds without a sign of life after which other workers take over a worker's turns. "
        "It is renewed three times as often, and must be the same for all workers. A shorter "
        "lease resumes sooner; a longer one tolerates longer pauses.",
        page="run/redis-and-workers.md",
    )
    drain: float = setting(
        "PANELBOT_DRAIN",
        number(0, 3600, default=25, unit="seconds"),
        "Seconds that a worker has to finish its turns when it is told to stop; other workers "
        "continue the rest. Most platforms kill a process after 30 seconds by default",
        page="run/redis-and-workers.md",
    )
    channel_concurrency: int = setting(
        "PANELBOT_CHANNEL_CONCURRENCY",
        whole_number(1, 1000, default=10),
        "Turns of one channel that run at once, in all workers together, so that other channels "
        "are not held up",
    )
    workspace_concurrency: int = setting(
        "PANELBOT_WORKSPACE_CONCURRENCY",
        whole_number(1, 10_000, default=100),
        "Turns of one workspace that run at once, in all workers together, if many workspaces "
        "install the app: each gets its share, however much another asks",
        page="run/workspaces.md#fair-shares",
    )
    socket_connections: int = setting(
        "PANELBOT_SOCKET_CONNECTIONS",
        whole_number(1, 10, default=2),
        "Connections to Slack in Socket Mode",
    )
    catch_up: int = setting(
        "PANELBOT_CATCH_UP",
        whole_number(1, 43_200, or_zero=True, default=3600, unit="seconds"),
        "After an outage, answer what people wrote in its last seconds, up to this many; 0: never",
        page="run/outages.md#what-is-asked-while-nobody-listens",
    )
    slack_pace: float = setting(
        "PANELBOT_SLACK_PACE",
        number(0, 100, default=1),
        "The share of Slack's rate limits that all processes together may use; 0: do not hold "
        "back, and only wait when Slack says so",
    )
    language: str = setting(
        "PANELBOT_LANGUAGE",
        choice(*LANGUAGES),
        "The language of messages that everybody can read: de, en, es, fr, ja, pt or zh. Left "
        "out: the language that the asker has set in Slack. What only one person sees is always "
        "in that person's language.",
        example="de",
        page="use/languages.md",
        group=Group.LANGUAGE,
        own=Own.ANY,
    )
