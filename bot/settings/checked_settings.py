"""Showing and changing the settings of one workspace: checked as the environment's, and recorded.

1. A server's address is set together with a key, so that nobody sends a key elsewhere that somebody
   else has given; taking back one of them takes back both.
2. Secrets are never shown, and only kept where they are encrypted.
"""

from collections.abc import Callable, Collection, Mapping, Sequence

from bot.language import gettext
from bot.panel.audit.audit_log import Auditor
from bot.panel.audit.entry import Act
from bot.panel.errors import Refused
from bot.panel.installations.workspace_settings import (
    Origin,
    ShownSetting,
    WorkspaceSettings,
    WorkspaceSettingsStore,
)
from bot.panel.model import UserId
from bot.panel.roster.roster import WorkspaceScope
from bot.settings.config import Config
from bot.settings.environment import ConfigError
from bot.settings.setting import Own, Setting, as_text
from bot.settings.workspace_config import (
    ADDRESS,
    KEY,
    OWN_SETTINGS,
    check,
    origin,
    workspace_config,
)

_BY_NAME = {setting.name: setting for setting in OWN_SETTINGS.values()}


class CheckedSettings(WorkspaceSettings):
    """The settings of the workspace *team_id*, over those of the *deployment*.

    *check_parts* raises Refused for what the bot's parts cannot be made of.
    """

    def __init__(
        self,
        deployment: Config,
        team_id: str,
        store: WorkspaceSettingsStore,
        auditor: Auditor,
        check_parts: Callable[[Config], object] = lambda _: None,
    ) -> None:
        self._deployment = deployment
        self._team_id = team_id
        self._store = store
        self._auditor = auditor
        self._check_parts = check_parts

    async def shown(self) -> Sequence[ShownSetting]:
        own = await self._store.of_team(self._team_id)
        config = workspace_config(self._deployment, self._team_id, own)
        return [
            _shown(setting, getattr(config, name), origin(self._deployment, config, own, name))
            for name, setting in OWN_SETTINGS.items()
        ]

    @property
    def can_change(self) -> bool:
        return self._deployment.is_multi_workspace

    async def change(self, changes: Mapping[str, str | None], by: UserId | None) -> None:
        if not self.can_change:
            raise Refused(gettext("Whoever runs me sets this: I work in one workspace only."))
        changes = {name: text and text.strip() for name, text in changes.items()}
        is_way_out = by is None and not any(changes.values())  # of what cannot be read any more
        own = {} if is_way_out else await self._store.of_team(self._team_id)
        changes = _together(changes, {KEY, ADDRESS} if is_way_out else own.keys())
        after = {name: text for name, text in {**own, **changes}.items() if text}
        try:
            check(self._deployment, self._team_id, changes)
            config = workspace_config(self._deployment, self._team_id, after)
        except ConfigError as error:
            raise Refused(str(error)) from None
        self._check_may_set(changes, by)
        self._check_parts(config)
        for name, text in changes.items():
            value = "secret" if text and _BY_NAME[name].is_secret else text
            where = WorkspaceScope(self._team_id)
            await self._auditor.record(Act.CHANGED, where, by, name, value=value or "taken back")
        await self._store.change(self._team_id, {name: changes[name] or None for name in changes})

    def _check_may_set(self, changes: Mapping[str, str | None], by: UserId | None) -> None:
        settings = [_BY_NAME[name] for name in changes]
        operators = next((one for one in settings if by and one.own is Own.OPERATOR), None)
        if operators:
            raise Refused(gettext("Only whoever runs me can set `{name}`.", name=operators.name))
        secret = next((one for one in settings if one.is_secret and changes[one.name]), None)
        if secret and not self._deployment.encryption_keys:
            raise Refused(
                gettext(
                    "`{name}` is a secret, and I have no key to encrypt it with: whoever runs me "
                    "has to set `PANELBOT_ENCRYPTION_KEYS`.",
                    name=secret.name,
                )
            )


def _together(changes: Mapping[str, str | None], own: Collection[str]) -> Mapping[str, str | None]:
    """Return *changes* of a server's address with those of its key. Raises Refused."""
    if any(name in changes and not changes[name] for name in (KEY, ADDRESS)):
        return {**changes, **{name: None for name in (KEY, ADDRESS) if name in own}}
    if ADDRESS in changes and KEY not in changes:
        raise Refused(
            gettext(
                "Set `{key}` together with `{address}`: a key belongs to its server.",
                key=KEY,
                address=ADDRESS,
            )
        )
    return changes


def _shown(setting: Setting[object], value: object, where: Origin) -> ShownSetting:
    text = "" if setting.is_secret else as_text(value)
    is_for_operators = setting.own is Own.OPERATOR
    return ShownSetting(setting.name, text, where, setting.is_secret, is_for_operators)
