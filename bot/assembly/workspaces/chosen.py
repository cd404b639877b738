"""The workspace that a command is about, where workspaces install the app themselves."""

from bot.adapters.slack.api import web_api
from bot.adapters.slack.api.identity import Identity
from bot.assembly import panels
from bot.assembly.actors import operator
from bot.assembly.storage import Storage, open_storage, settings_store
from bot.assembly.workspaces.shared import shared_of
from bot.panel.errors import Refused
from bot.panel.installations.installation import (
    Installation,
    InstallationStore,
    installations_in,
    is_id,
)
from bot.settings.checked_settings import CheckedSettings
from bot.settings.config import Config

_MOST_NAMED = 20  # of those that a command could be about


def checked_settings(deployment: Config, storage: Storage, team_id: str) -> CheckedSettings:
    """Return what shows and changes the settings of a workspace."""
    store = settings_store(deployment, storage)
    return CheckedSettings(deployment, team_id, store, storage.audit, panels.tools)


async def in_workspace(config: Config, wanted: str) -> tuple[Config, Identity | None]:
    """Return the settings of the workspace that is *wanted*, with its token, and who we are there.

    In the one-token mode, that is for Slack to say: None. Nothing is asked of Slack but another
    token for one that expires. Raises Refused.
    """
    if not config.is_multi_workspace:
        if wanted:
            raise Refused("There is only one workspace, whose token is set: leave out --workspace.")
        return config, None
    async with open_storage(config, operator()) as storage, web_api.session() as session:
        shared = shared_of(config, storage, session)
        team_id = await find_workspace(shared.installations, wanted)
        workspace = await shared.directory.find(team_id)
    return workspace.config, workspace.identity


async def find_workspace(store: InstallationStore, wanted: str) -> str:
    """Return the id of the *wanted* workspace, or of the only one. Raises Refused, with names."""
    if wanted.startswith("T") and await store.for_team(wanted):
        return wanted
    installations = list[Installation]()
    async for one in installations_in(store):
        installations.append(one)
        if not wanted and len(installations) > _MOST_NAMED:
            break
    name = None if is_id(wanted) else wanted.casefold()
    alike = [one for one in installations if name in ("", one.name.casefold())]
    places = [(team, one.name) for one in alike for team in sorted(await store.teams(one.key))]
    if len(places) == 1:
        return places[0][0]
    if not installations:
        raise Refused("No workspace has installed the app yet.")
    several = places or [(one.key, one.name) for one in installations]
    names = ", ".join(f"{team} ({name})" for team, name in several[:_MOST_NAMED])
    if places:
        raise Refused(f"Name the workspace with --workspace: {names}.")
    raise Refused(f"No workspace {wanted!r} has installed the app. Installed: {names}.")
