"""The settings, described once.

From this table come the reader (``environment``), what ``panelbot check`` says of a setting,
``.env.example`` and ``docs/reference/settings.md``: ``python -m docsgen`` writes both.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.language import LANGUAGES
from bot.settings.kinds import choice, number, text, url, whole_number, word_set, words
from bot.settings.setting import Group, Setting, setting, settings_of

BACKENDS = ("conversations", "stateless", "assistants")
SLACK_API = "https://slack.com/api/"
OPENAI_API = "https://api.openai.com/v1"
_APPROVERS = frozenset({"asker", "admins"})


@dataclass(frozen=True, slots=True)
class Config:
    """The bot's settings. An empty string means that the setting was not given."""

    slack_bot_token: str = setting(
        "SLACK_BOT_TOKEN",
        text(prefix="xoxb-"),
        "OAuth & Permissions > Bot User OAuth Token",
        needed="always",
        example="xoxb-… (OAuth & Permissions > Bot User OAuth Token)",
        is_secret=True,
        line="xoxb-",
        group=Group.SLACK,
    )
    slack_app_token: str = setting(
        "SLACK_APP_TOKEN",
        text(prefix="xapp-"),
        "Socket Mode only: Basic Information > App-Level Tokens, scope connections:write. Leave "
        "it out to receive events over HTTP.",
        needed="for Socket Mode",
        example="xapp-… (Basic Information > App-Level Tokens, scope connections:write)",
        is_secret=True,
        line="xapp-",
    )
    slack_signing_secret: str = setting(
        "SLACK_SIGNING_SECRET",
        text(),
        "HTTP only: Basic Information > App Credentials > Signing Secret",
        needed="for HTTP",
        example="8f742231b10e… (Basic Information > Signing Secret)",
        is_secret=True,
        line="",
    )
    slack_api_url: str = setting(
        "SLACK_API_URL",
        url(slash=True, default=SLACK_API),
        "Only for a stand-in of Slack, such as the playground's",
    )
    openai_api_key: str = setting(
        "OPENAI_API_KEY",
        text(),
        "A key of platform.openai.com, or whatever the server of your own takes",
        needed="always",
        example="sk-…",
        is_secret=True,
        line="sk-",
        group=Group.MODEL,
    )
    openai_base_url: str = setting(
        "OPENAI_BASE_URL",
        url(default=OPENAI_API),
        "Only for a compatible server of your own",
        page="run/backends.md",
    )
    backend: str = setting(
        "PANELBOT_BACKEND",
        choice(*BACKENDS, default="conversations"),
        "What the server offers. conversations: OpenAI, Azure, OGX. stateless: the Responses API "
        "alone, conversations are then kept in Redis (vLLM, Ollama, LocalAI, zero data "
        "retention). assistants: the older Assistants API, which OpenAI itself has switched off",
        example="stateless",
        page="run/backends.md",
    )
    history_tokens: int = setting(
        "PANELBOT_HISTORY_TOKENS",
        whole_number(1000, 1_000_000, default=16_000),
        "stateless only: the older part of a conversation is summarised from about this many "
        "tokens on. Well below what the smallest model can read",
        page="run/models.md#long-threads",
    )
    compact_tokens: int = setting(
        "PANELBOT_COMPACT_TOKENS",
        whole_number(1000, 10_000_000, or_zero=True, default=100_000),
        "conversations only: the server summarises a conversation from this many tokens on; 0: "
        "never",
        page="run/models.md#long-threads",
    )
    router_model: str = setting(
        "PANELBOT_ROUTER_MODEL",
        text(default="gpt-6-luna"),
        "The router's model",
    )
    expert_model: str = setting(
        "PANELBOT_EXPERT_MODEL",
        text(default="gpt-6.1-terra"),
        "For experts that name no model of their own",
    )
    hard_model: str = setting(
        "PANELBOT_HARD_MODEL",
        text(default="gpt-6.2-sol"),
        'For "Go deeper"; with OPENAI_BASE_URL, the default is PANELBOT_EXPERT_MODEL',
    )
    fallback_models: tuple[str, ...] = setting(
        "PANELBOT_FALLBACK_MODELS",
        words(r"[A-Za-z0-9][\w.:/-]{0,99}"),
        "Asked in this order where one of these no longer exists or stays overloaded",
        example="gpt-6-luna,gpt-6.2-sol",
        page="run/models.md#models-that-are-unavailable",
    )
    expert_timeout: float = setting(
        "PANELBOT_EXPERT_TIMEOUT",
        number(5, 3600, default=180),
        "Seconds that an expert may take",
    )
    function_timeout: float = setting(
        "PANELBOT_FUNCTION_TIMEOUT",
        number(1, 3600, default=60),
        "The same for experts that are functions",
        page="extend/functions.md",
    )
    function_processes: frozenset[str] = setting(
        "PANELBOT_FUNCTION_PROCESSES",
        word_set(r"[a-z][a-z0-9-]{0,23}"),
        "Functions that run in a process of their own, so that a crash and all of their memory "
        "are contained: names of experts, or all. Functions may also ask for it themselves",
        example="orders,rota",
        page="extend/functions.md#a-process-of-its-own",
    )
    function_memory: int = setting(
        "PANELBOT_FUNCTION_MEMORY",
        whole_number(64, 1_000_000, or_zero=True, default=1024),
        "Megabytes of address space that such a process may use; 0: as much as there is",
        page="extend/functions.md#a-process-of-its-own",
    )
    expert_levels: int = setting(
        "PANELBOT_EXPERT_LEVELS",
        whole_number(1, 5, default=2),
        "Levels of experts under the router: 2 lets experts consult others; 1: none does",
        page="use/experts.md#experts-who-consult-experts",
    )
    max_consultations: int = setting(
        "PANELBOT_MAX_CONSULTATIONS",
        whole_number(1, 50, default=8),
        "How many experts may be consulted for one question; those that people name do not count",
    )
    prices: str = setting(
        "PANELBOT_PRICES",
        text(),
        'What models cost, for "Show work": a file like bot/settings/prices.yaml, which then '
        "replaces it",
        example="/etc/panelbot/prices.yaml",
    )
    tools: str = setting(
        "PANELBOT_TOOLS",
        text(),
        "The tools that experts may use (web search, code interpreter, images, remote MCP "
        "servers): a file, see docs/extend/tools.md. Without it there are none",
        example="/etc/panelbot/tools.yaml",
        page="extend/tools.md",
    )
    redis_url: str = setting(
        "REDIS_URL",
        text(),
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
        "Where events and the health check are received, over HTTP",
        group=Group.PROCESS,
    )
    host: str = setting(
        "PANELBOT_HOST",
        text(default="0.0.0.0"),  # noqa: S104 - a server is there to be reached
        "The address to listen on",
        example="127.0.0.1",
    )
    log_level: str = setting(
        "LOG_LEVEL",
        choice("DEBUG", "INFO", "WARNING", "ERROR", default="INFO"),
        "DEBUG, INFO, WARNING or ERROR",
    )
    concurrency: int = setting(
        "PANELBOT_CONCURRENCY",
        whole_number(1, 1000, default=32),
        "Turns that one worker process runs at once",
    )
    lease: float = setting(
        "PANELBOT_LEASE",
        number(1, 300, default=15),
        "Seconds without a sign of life after which other workers take over a worker's turns. "
        "Renewed three times as often; the same for all workers. A shorter lease resumes sooner, "
        "a longer one tolerates longer pauses.",
        page="run/redis-and-workers.md",
    )
    channel_concurrency: int = setting(
        "PANELBOT_CHANNEL_CONCURRENCY",
        whole_number(1, 1000, default=10),
        "Turns of one channel that run at once, in all workers together, so that others get "
        "their turn",
    )
    socket_connections: int = setting(
        "PANELBOT_SOCKET_CONNECTIONS",
        whole_number(1, 10, default=2),
        "Connections to Slack in Socket Mode",
    )
    catch_up: int = setting(
        "PANELBOT_CATCH_UP",
        whole_number(1, 43_200, or_zero=True, default=3600),
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
    )
    panel_file: str = setting(
        "PANELBOT_PANEL_FILE",
        text(),
        "A file that the panels are kept in, instead of being changed in Slack: see `panelbot "
        "experts`",
        example="/etc/panelbot/panel.yaml",
        page="extend/panel-files.md",
        group=Group.PANELS,
    )
    own_secrets: tuple[str, ...] = setting(
        "PANELBOT_SECRET",
        words(r"\S{16,}"),
        "Signs the bot's own messages, so that a thread can be found again after Redis is lost. "
        "At least 16 characters (openssl rand -hex 32). To change it: new,old. Without it the "
        "signing secret or the bot token serves, and a new token makes old threads unreadable.",
        needed="recommended",
        example="the output of: openssl rand -hex 32",
        is_secret=True,
        group=Group.RIGHTS,
    )
    admins: frozenset[str] = setting(
        "PANELBOT_ADMINS",
        word_set(r"[UW][A-Z0-9]{2,}"),
        "People, besides workspace admins, who may change the workspace's default panel",
        example="U012AB3CD,U045EF6GH",
    )
    apps: frozenset[str] = setting(
        "PANELBOT_APPS",
        word_set(r"[ABUW][A-Z0-9]{2,}"),
        "Other apps and workflows that may ask by mentioning the bot: ids of apps (A…), of their "
        "bots (B…) or of their bots' users (U…). Left out: none may",
        example="A012AB3CD,B045EF6GH",
        page="use/asking.md#apps-and-workflows",
    )
    approvers: frozenset[str] = setting(
        "PANELBOT_APPROVERS",
        word_set(r"asker|anyone|admins|[UWS][A-Z0-9]{2,}", default=_APPROVERS),
        "Who may approve tools that need it: asker (of the question), admins (of the workspace, "
        "and those above), anyone (except people of other organisations), and ids of people and "
        "user groups",
        example="asker,admins,U012AB3CD,S078IJ9KL",
        page="use/approvals.md",
    )
    approval_hours: float = setting(
        "PANELBOT_APPROVAL_HOURS",
        number(0.0001, 720, default=24),
        "Hours after which an approval that nobody decided on counts as declined",
        page="use/approvals.md",
    )

    @property
    def uses_socket_mode(self) -> bool:
        """Whether Slack's events come over a connection that we open."""
        return bool(self.slack_app_token)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What signs our messages' metadata (the first) and verifies it (all of them).

        Where no secret was given, something that only we and Slack know.
        """
        return self.own_secrets or (self.slack_signing_secret or self.slack_bot_token,)


SETTINGS: Mapping[str, Setting[object]] = settings_of(Config)
