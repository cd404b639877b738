"""The settings, described once.

From this table come the reader (``environment``), what ``panelbot check`` says of a setting,
``.env.example`` and ``docs/reference/settings.md``: ``python -m docsgen`` writes both.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from bot.settings.sections.budgets import BudgetSettings
from bot.settings.sections.installing import InstallingSettings
from bot.settings.sections.keeping import KeepingSettings
from bot.settings.sections.model import ModelSettings
from bot.settings.sections.process import ProcessSettings
from bot.settings.sections.rights import RightsSettings
from bot.settings.sections.slack import SlackSettings
from bot.settings.sections.telemetry import TelemetrySettings
from bot.settings.setting import Setting, settings_of


@dataclass(frozen=True)
class Config(
    TelemetrySettings,
    KeepingSettings,
    BudgetSettings,
    RightsSettings,
    ProcessSettings,
    ModelSettings,
    InstallingSettings,
    SlackSettings,
):
    """The bot's settings. An empty string means that the setting was not given.

    The fields of a dataclass begin with those of its last base.
    """

    @property
    def uses_socket_mode(self) -> bool:
        """Whether Slack's events come over a connection that we open."""
        return bool(self.slack_app_token)

    @property
    def provider(self) -> str:
        """What OpenTelemetry's conventions call the model's server."""
        host = urlsplit(self.openai_base_url).hostname or ""
        return "azure.ai.openai" if host.endswith((".azure.com", ".azure.us")) else "openai"

    @property
    def secrets(self) -> tuple[str, ...]:
        """What signs our messages' metadata (the first) and verifies it (all of them).

        Where no secret was given, something that only we and Slack know.
        """
        return self.own_secrets or (self.slack_signing_secret or self.slack_bot_token,)

    @property
    def people_salt(self) -> str:
        """What hashes people for the model's side; it does not tell what signs our messages."""
        return hmac.new(self.secrets[0].encode(), b"panelbot people v1", "sha256").hexdigest()


SETTINGS: Mapping[str, Setting[object]] = settings_of(Config)
