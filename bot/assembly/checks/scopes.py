"""The permissions that Slack has to give the bot as it is set up, and how it gets them again."""

import logging

from bot.adapters.slack.app.manifest import BOT_SCOPES, OPTIONAL_BOT_SCOPES
from bot.adapters.slack.installing.routes import INSTALL_PATH
from bot.assembly import panels
from bot.panel.alerts.alerts import AlertKind, Alerts, AlertStore
from bot.panel.installations.installation import Installation, InstallationStore
from bot.settings.config import Config

log = logging.getLogger(__name__)


def scopes_needed(config: Config) -> frozenset[str]:
    """Return the scopes that the bot needs as it is set up."""
    has_groups = panels.approvers_of(config).groups or panels.has_groups_in_tools(config)
    return frozenset(BOT_SCOPES) | frozenset(OPTIONAL_BOT_SCOPES if has_groups else ())


def warn_of_missing_scopes(config: Config, given: frozenset[str]) -> list[str]:
    """Log which scopes the bot lacks, and return them; it starts all the same."""
    missing = sorted(scopes_needed(config) - given) if given else []
    for scope in missing:
        log.warning("scope.missing", extra={"needed": scope, "remedy": "panelbot check"})
    return missing


async def tell_missing_scopes(
    config: Config, alerts: Alerts, given: frozenset[str], *, is_new: bool
) -> None:
    """Tell people of a workspace which scopes the app lacks there, with how to allow them.

    What was told before is taken back where a *new* installation has them.
    """
    if missing := warn_of_missing_scopes(config, given):
        scopes = ", ".join(missing)
        await alerts.tell(AlertKind.SCOPES, scopes=scopes, link=install_link(config))
    elif given and is_new:
        await alerts.over(AlertKind.SCOPES)


async def tell_reinstall(
    config: Config, store: InstallationStore, alerts: AlertStore, installation: Installation
) -> None:
    """Tell people that the app has to be installed again; of an organisation, one workspace's."""
    for team_id in sorted(await store.teams(installation.key))[:1]:
        told = Alerts(alerts, team_id)
        await told.tell(AlertKind.REINSTALL, installation.key, link=install_link(config))


def install_link(config: Config) -> str:
    """Return where anybody installs the app; empty if that takes an invitation."""
    return f"{config.public_url}{INSTALL_PATH}" if config.installing == "open" else ""
