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
        "A single server, Sentinel or a Cluster; with rediss:// over TLS",
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
        "Parts the keys are spread over, for a Redis Cluster; never change it with data in place",
        page="run/redis-and-workers.md",
    )
    port: int = setting(
        "PORT",
        whole_number(1, 65535, default=3000),
        "Where events and questions about health are received, over HTTP",
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
        "Where every process answers /livez and /readyz, workers and Socket Mode as well; 0: none "
        "does, and with HTTP only PORT answers",
        example="8081",
        page="run/health.md",
    )
    metrics: str = setting(
        "PANELBOT_METRICS",
        choice("off", "on", "workspace", default="off"),
        "Whether every process tells Prometheus of itself at /metrics of that port; workspace: and "
        "names the workspace. Needs the extra `metrics`",
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
        "How a line of the log is written: text, or json for what collects logs",
        example="json",
        page="run/log.md",
    )
    concurrency: int = setting(
        "PANELBOT_CONCURRENCY",
        whole_number(1, 1000, default=300),
        "Turns that one worker process runs at once; each takes some 0.1 MB while it waits for "
        "the model, and more with many experts",
        page="run/redis-and-workers.md",
    )
    lease: float = setting(
        "PANELBOT_LEASE",
        number(1, 300, default=15, unit="seconds"),
        "Seconds without a sign of life after which other workers take over a worker's turns. "
        "Renewed three times as often; the same for all workers. A shorter lease resumes sooner, "
        "a longer one tolerates longer pauses.",
        page="run/redis-and-workers.md",
    )
    drain: float = setting(
        "PANELBOT_DRAIN",
        number(0, 3600, default=25, unit="seconds"),
        "Seconds in which a worker that is told to end finishes its turns; others go on with the "
        "rest. Most platforms kill a process after 30, unless told otherwise",
        page="run/redis-and-workers.md",
    )
    channel_concurrency: int = setting(
        "PANELBOT_CHANNEL_CONCURRENCY",
        whole_number(1, 1000, default=10),
        "Turns of one channel that run at once, in all workers together, so that others get "
        "their turn",
    )
    workspace_concurrency: int = setting(
        "PANELBOT_WORKSPACE_CONCURRENCY",
        whole_number(1, 10_000, default=100),
        "Turns of one workspace that run at once, in all workers together, where many install the "
        "app: they are served by turns, whatever one of them asks",
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
        "After a time in which nobody listened, look for what people wrote meanwhile, in its last "
        "so many seconds, and answer it late; 0: never",
        page="run/outages.md#what-is-asked-while-nobody-listens",
    )
    slack_pace: float = setting(
        "PANELBOT_SLACK_PACE",
        number(0, 100, default=1),
        "The share of Slack's rate limits that all processes together may use; 0: call at once, "
        "and wait only when Slack says so",
    )
    language: str = setting(
        "PANELBOT_LANGUAGE",
        choice(*LANGUAGES),
        "The language of what all can read: de, en, es, fr, ja, pt or zh. Left out: the asker's, "
        "as set in Slack. What one person alone sees is in that person's language in any case.",
        example="de",
        page="use/languages.md",
        group=Group.LANGUAGE,
        own=Own.ANY,
    )
