"""``/experts settings``: what counts in a workspace and in a channel, who has set it, and a form.

Secrets can be given in the form, and are never shown.
"""

import json
from collections.abc import Iterator, Mapping, Sequence

from slack_bolt.async_app import AsyncAck

from bot.adapters.slack.blocks import elements, seals
from bot.adapters.slack.blocks.answers import section_texts
from bot.adapters.slack.blocks.elements import labelled_input, option, section, text_input
from bot.adapters.slack.experts import announcements
from bot.adapters.slack.interactions.responder import Requester, Responder
from bot.json_types import Json
from bot.language import gettext, in_shared_language
from bot.panel.installations.workspace_settings import Origin, ShownSetting, WorkspaceSettings
from bot.panel.names import in_code
from bot.panel.roster.panel_editor import PanelEditor
from bot.panel.roster.roster import RosterChanges, WorkspaceScope, scopes_of

CALLBACK = "workspace_settings"
_NAME, _VALUE = "setting", "value"
_LONGEST, _LONGEST_SHOWN = 3_000, 200
_STREAMING: Mapping[bool | None, str] = {True: "on", False: "off"}


class SettingsFormFlow:
    """Opens the form for admins, and stores what they set."""

    def __init__(
        self, editor: PanelEditor, settings: WorkspaceSettings, responder: Responder
    ) -> None:
        self._editor = editor
        self._settings = settings
        self._responder = responder

    async def open(self, requester: Requester) -> None:
        """Show what counts, with a form to change it where that is possible. Raises Refused."""
        scope = WorkspaceScope(requester.team_id)
        await self._editor.rights.check_may_set(scope, requester.user)
        shown = [one for one in await self._settings.shown() if not one.is_for_operators]
        scopes = scopes_of(requester.scope(for_defaults=False))
        changes = await self._editor.changes_of(scopes)
        blocks = [section(text) for text in section_texts(_lines(shown, changes))]
        form = {"channel": requester.channel_id}
        title, close = gettext("Settings"), gettext("Close")
        if self._settings.can_change:
            blocks += _inputs(shown)
            view = elements.modal(
                title, blocks, close=close, form=CALLBACK, metadata=form, submit=gettext("Save")
            )
        else:
            view = elements.modal(title, blocks, close=close)
        await self._responder.open_modal(requester.trigger_id, view, requester.user)

    async def submit(self, ack: AsyncAck, body: Json, view: Json) -> None:
        """Change the setting of a form, and tell the channel; else it stays open with a reason."""

        async def change() -> tuple[str, Requester]:
            channel, name, value = _read(view)
            requester = self._responder.requester(body, channel)
            scope = WorkspaceScope(requester.team_id)
            await self._editor.rights.check_may_set(scope, requester.user)
            await self._settings.change({name: value}, requester.user)
            return name, requester

        if changed := await self._responder.accept(ack, body, view, change):
            name, requester = changed
            with in_shared_language():
                announcement = announcements.workspace_setting(name, requester.user)
            if problem := await self._responder.announce(announcement, requester):
                await self._responder.tell(problem, requester)


def _lines(shown: Sequence[ShownSetting], changes: Sequence[RosterChanges]) -> Iterator[str]:
    yield gettext("*Settings of this workspace*")
    for one in shown:
        yield _line(one.name, gettext("(secret)") if one.is_secret else one.value, one.origin)
    yield gettext("*Settings of this channel*")
    workspace, channel = changes
    for word, of_workspace, of_channel in (
        ("synthesis", workspace.synthesis, channel.synthesis),
        ("streaming", _STREAMING.get(workspace.streaming), _STREAMING.get(channel.streaming)),
        ("unsure", workspace.unsure, channel.unsure),
        ("router", workspace.rules, channel.rules),
        ("budget", workspace.budgets, ""),
    ):
        origin = Origin.CHANNEL if of_channel else Origin.WORKSPACE
        value = of_channel or of_workspace
        yield _line(f"/experts {word}", value or "", origin if value else Origin.DEFAULT)


def _line(name: str, value: str, origin: Origin) -> str:
    shown = f" `{in_code(value, _LONGEST_SHOWN)}`" if value else ""
    return f"• `{name}`:{shown} _({_named(origin)})_"


def _named(origin: Origin) -> str:
    match origin:
        case Origin.DEFAULT:
            return gettext("default")
        case Origin.DEPLOYMENT:
            return gettext("set by whoever runs me")
        case Origin.WORKSPACE:
            return gettext("set for this workspace")
        case Origin.CHANNEL:
            return gettext("set for this channel")


def _inputs(shown: Sequence[ShownSetting]) -> list[Json]:
    menu: Json = {
        "type": "static_select",
        "action_id": _NAME,
        "options": [option(one.name, one.name) for one in shown],
    }
    text = text_input(_VALUE, _LONGEST)
    hint = gettext("Leave it empty to take back what is set for this workspace.")
    return [
        labelled_input(_NAME, gettext("Setting"), "", menu),
        labelled_input(_VALUE, gettext("New value"), hint, text, optional=True),
    ]


def _read(view: Json) -> tuple[str, str, str | None]:
    """Return the channel of a submitted form, the setting, and its new value."""
    with seals.form_read():
        channel, values = json.loads(view["private_metadata"])["channel"], view["state"]["values"]
        match channel, values[_NAME][_NAME], values[_VALUE][_VALUE]:
            case str(), {"selected_option": {"value": str(name)}}, {"value": str() | None as value}:
                return channel, name, value
    raise seals.form_out_of_date()
