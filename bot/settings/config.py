"""The settings: the environment, read once, with a clear word for whatever is wrong in it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlsplit

from bot.language import LANGUAGES

SLACK_API = "https://slack.com/api/"
OPENAI_API = "https://api.openai.com/v1"


@dataclass(frozen=True, slots=True)
class Problem:
    """One setting that is missing or malformed, and what it should look like."""

    name: str
    what: str
    example: str

    def __str__(self) -> str:
        return f"{self.name} {self.what}, for example {self.name}={self.example}"


class ConfigError(Exception):
    """Some settings are missing or malformed; all of them are named."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Config:
    """The bot's settings. An empty string means that the setting was not given."""

    slack_bot_token: str
    slack_app_token: str
    slack_signing_secret: str
    slack_api_url: str
    openai_api_key: str
    openai_base_url: str
    backend: str
    history_tokens: int
    compact_tokens: int
    redis_url: str
    host: str
    port: int
    log_level: str
    own_secrets: tuple[str, ...]
    admins: frozenset[str]
    approvers: frozenset[str]
    approval_hours: float
    router_model: str
    expert_model: str
    hard_model: str
    fallback_models: tuple[str, ...]
    expert_timeout: float
    function_timeout: float
    expert_levels: int
    concurrency: int
    lease: float
    channel_concurrency: int
    socket_connections: int
    redis_shards: int
    prices: str
    panel_file: str
    tools: str
    slack_pace: float
    language: str  # for what all can read; empty: that of whoever asks

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


SLACK_OUT = ("SLACK_BOT_TOKEN",)
SLACK_IN_HTTP = ("SLACK_SIGNING_SECRET",)
MODEL = ("OPENAI_API_KEY",)
STORE = ("REDIS_URL",)

_EXAMPLES = {
    "SLACK_BOT_TOKEN": "xoxb-… (OAuth & Permissions > Bot User OAuth Token)",
    "SLACK_APP_TOKEN": "xapp-… (Basic Information > App-Level Tokens, scope connections:write)",
    "SLACK_SIGNING_SECRET": "8f742231b10e… (Basic Information > Signing Secret)",
    "SLACK_API_URL": SLACK_API,
    "OPENAI_API_KEY": "sk-…",
    "OPENAI_BASE_URL": OPENAI_API,
    "PANELBOT_BACKEND": "stateless",
    "PANELBOT_HISTORY_TOKENS": "16000",
    "PANELBOT_COMPACT_TOKENS": "100000",
    "REDIS_URL": "redis://localhost:6379/0",
    "PORT": "3000",
    "PANELBOT_HOST": "127.0.0.1",
    "LOG_LEVEL": "INFO",
    "PANELBOT_SECRET": "the output of: openssl rand -hex 32",
    "PANELBOT_ADMINS": "U012AB3CD,U045EF6GH",
    "PANELBOT_APPROVERS": "asker,admins,U012AB3CD,S078IJ9KL",
    "PANELBOT_APPROVAL_HOURS": "24",
    "PANELBOT_ROUTER_MODEL": "gpt-6-luna",
    "PANELBOT_EXPERT_MODEL": "gpt-6.1-terra",
    "PANELBOT_HARD_MODEL": "gpt-6.1-sol",
    "PANELBOT_FALLBACK_MODELS": "gpt-6-luna,gpt-6.1-sol",
    "PANELBOT_EXPERT_TIMEOUT": "180",
    "PANELBOT_FUNCTION_TIMEOUT": "60",
    "PANELBOT_EXPERT_LEVELS": "2",
    "PANELBOT_CONCURRENCY": "32",
    "PANELBOT_LEASE": "15",
    "PANELBOT_CHANNEL_CONCURRENCY": "10",
    "PANELBOT_SOCKET_CONNECTIONS": "2",
    "PANELBOT_REDIS_SHARDS": "1",
    "PANELBOT_PRICES": "/etc/panelbot/prices.yaml",
    "PANELBOT_PANEL_FILE": "/etc/panelbot/panel.yaml",
    "PANELBOT_TOOLS": "/etc/panelbot/tools.yaml",
    "PANELBOT_SLACK_PACE": "1",
    "PANELBOT_LANGUAGE": "de",
}
NAMES = tuple(_EXAMPLES)

BACKENDS = ("conversations", "stateless", "assistants")
_APPROVER = r"asker|anyone|admins|[UWS][A-Z0-9]{2,}"
_APPROVERS = frozenset({"asker", "admins"})
_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
_T = TypeVar("_T")


class _Reader:
    """Reads settings one by one and collects what is wrong with them."""

    def __init__(self, environ: Mapping[str, str], needs: frozenset[str]) -> None:
        self._environ = environ
        self._needs = needs
        self.problems: list[Problem] = []

    def text(self, name: str, default: str = "", *, starts: str = "") -> str:
        value = self._environ.get(name, "").strip()
        if not value and name in self._needs:
            self._complain(name, "is missing")
        if value and not value.startswith(starts):
            self._complain(name, f"should begin with {starts}")
        return value or default

    def number(self, name: str, default: float, *, least: float, most: float) -> float:
        def parse(text: str) -> float:
            if not least <= float(text) <= most:
                raise ValueError
            return float(text)

        return self._parsed(name, default, parse, f"should be from {least:g} to {most:g}")

    def whole(
        self, name: str, default: int, *, least: int, most: int, or_zero: bool = False
    ) -> int:
        def parse(text: str) -> int:
            if not least <= int(text) <= most and not (or_zero and int(text) == 0):
                raise ValueError
            return int(text)

        zero = " (or 0)" if or_zero else ""
        what = f"should be a whole number, {least} to {most}{zero}"
        return self._parsed(name, default, parse, what)

    def url(self, name: str, default: str, schemes: tuple[str, ...]) -> str:
        def parse(text: str) -> str:
            parts = urlsplit(text)
            if parts.scheme not in schemes or not parts.hostname:
                raise ValueError
            return text

        return self._parsed(name, default, parse, f"should be a URL ({', '.join(schemes)})")

    def words(self, name: str, pattern: str) -> tuple[str, ...]:
        def parse(text: str) -> tuple[str, ...]:
            words = tuple(word.strip() for word in text.split(",") if word.strip())
            if not all(re.fullmatch(pattern, word) for word in words):
                raise ValueError
            return words

        return self._parsed(name, (), parse, "should be a list with commas")

    def _parsed(self, name: str, default: _T, parse: Callable[[str], _T], what: str) -> _T:
        value = self.text(name)
        if not value:
            return default
        try:
            return parse(value)
        except ValueError:
            self._complain(name, what)
            return default

    def choice(self, name: str, default: str, choices: tuple[str, ...]) -> str:
        value = self.text(name).casefold()
        if not value:
            return default
        found = [choice for choice in choices if choice.casefold() == value]
        if not found:
            self._complain(name, f"should be one of {', '.join(choices)}")
        return found[0] if found else default

    def _complain(self, name: str, what: str) -> None:
        self.problems.append(Problem(name, what, _EXAMPLES[name]))


def read(environ: Mapping[str, str], *needs: str) -> Config:
    """Return the settings in *environ*; raises ConfigError if one of *needs* is missing.

    Whatever is given is checked, needed or not.
    """
    reader = _Reader(environ, frozenset(needs))
    config = Config(
        slack_bot_token=reader.text("SLACK_BOT_TOKEN", starts="xoxb-"),
        slack_app_token=reader.text("SLACK_APP_TOKEN", starts="xapp-"),
        slack_signing_secret=reader.text("SLACK_SIGNING_SECRET"),
        slack_api_url=_with_slash(reader.url("SLACK_API_URL", SLACK_API, ("https", "http"))),
        openai_api_key=reader.text("OPENAI_API_KEY"),
        openai_base_url=reader.url("OPENAI_BASE_URL", OPENAI_API, ("https", "http")),
        backend=reader.choice("PANELBOT_BACKEND", "conversations", BACKENDS),
        history_tokens=reader.whole("PANELBOT_HISTORY_TOKENS", 16_000, least=1000, most=1_000_000),
        compact_tokens=reader.whole(
            "PANELBOT_COMPACT_TOKENS", 100_000, least=1000, most=10_000_000, or_zero=True
        ),
        redis_url=reader.text("REDIS_URL"),
        host=reader.text("PANELBOT_HOST", "0.0.0.0"),  # noqa: S104 - a server is there to be reached
        port=reader.whole("PORT", 3000, least=1, most=65535),
        log_level=reader.choice("LOG_LEVEL", "INFO", _LEVELS),
        own_secrets=reader.words("PANELBOT_SECRET", r"\S{16,}"),
        admins=frozenset(reader.words("PANELBOT_ADMINS", r"[UW][A-Z0-9]{2,}")),
        approvers=frozenset(reader.words("PANELBOT_APPROVERS", _APPROVER)) or _APPROVERS,
        approval_hours=reader.number("PANELBOT_APPROVAL_HOURS", 24, least=0.0001, most=720),
        router_model=reader.text("PANELBOT_ROUTER_MODEL", "gpt-6-luna"),
        expert_model=reader.text("PANELBOT_EXPERT_MODEL", "gpt-6.1-terra"),
        hard_model=reader.text("PANELBOT_HARD_MODEL", "gpt-6.1-sol"),
        fallback_models=reader.words("PANELBOT_FALLBACK_MODELS", r"[A-Za-z0-9][\w.:/-]{0,99}"),
        expert_timeout=reader.number("PANELBOT_EXPERT_TIMEOUT", 180, least=5, most=3600),
        function_timeout=reader.number("PANELBOT_FUNCTION_TIMEOUT", 60, least=1, most=3600),
        expert_levels=reader.whole("PANELBOT_EXPERT_LEVELS", 2, least=1, most=5),
        concurrency=reader.whole("PANELBOT_CONCURRENCY", 32, least=1, most=1000),
        lease=reader.number("PANELBOT_LEASE", 15, least=1, most=300),
        channel_concurrency=reader.whole("PANELBOT_CHANNEL_CONCURRENCY", 10, least=1, most=1000),
        socket_connections=reader.whole("PANELBOT_SOCKET_CONNECTIONS", 2, least=1, most=10),
        redis_shards=reader.whole("PANELBOT_REDIS_SHARDS", 1, least=1, most=256),
        prices=reader.text("PANELBOT_PRICES"),
        panel_file=reader.text("PANELBOT_PANEL_FILE"),
        tools=reader.text("PANELBOT_TOOLS"),
        slack_pace=reader.number("PANELBOT_SLACK_PACE", 1, least=0, most=100),
        language=reader.choice("PANELBOT_LANGUAGE", "", LANGUAGES),
    )
    if reader.problems:
        raise ConfigError(tuple(reader.problems))
    return config


def _with_slash(url: str) -> str:
    return url if url.endswith("/") else f"{url}/"
