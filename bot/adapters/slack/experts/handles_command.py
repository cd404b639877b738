"""Experts' handles, switched by command and by form, and removed with their experts."""

import logging
from collections.abc import Mapping
from dataclasses import replace

from bot.adapters.slack.api.user_groups import UserGroups
from bot.adapters.slack.blocks.answers import Answer, sentence
from bot.adapters.slack.interactions.error_sentences import error_sentence
from bot.adapters.slack.interactions.responder import Requester, Responder
from bot.language import gettext
from bot.panel.errors import PanelError, Refused
from bot.panel.messaging.handles import Handle, HandleStore, by_expert
from bot.panel.model import Expert, ExpertName
from bot.panel.roster.changes import Change, Verb
from bot.panel.roster.panel_editor import PanelEditor
from bot.panel.roster.roster import WorkspaceScope

log = logging.getLogger(__name__)


class HandlesCommand:
    """Creates, removes and shows handles, which only admins of the workspace may change."""

    def __init__(
        self, editor: PanelEditor, handles: HandleStore, groups: UserGroups, responder: Responder
    ) -> None:
        self._editor = editor
        self._handles = handles
        self._groups = groups
        self._responder = responder

    async def carry_out(
        self, name: str, requester: Requester, *, wanted: bool | None, for_defaults: bool
    ) -> Answer:
        """Switch the expert's handle on or off, or (None) describe its state."""
        expert = await self._editor.find(requester.scope(for_defaults=for_defaults), name)
        if wanted is None:
            return sentence(await self._state(expert, requester))
        return sentence(await self._set(expert, requester, wanted=wanted))

    async def follow(
        self, change: Change, requester: Requester, *, wanted: bool | None = None
    ) -> None:
        """Update the handle after a change of its expert; *wanted* is None if nobody was asked.

        The change stays in effect if Slack refuses; only the requester is told.
        """
        try:
            outcome = await self._update(change, requester, wanted)
        except PanelError as error:
            log.warning("handle.not_changed", extra={"reason": str(error)})
            done = gettext("Everything but the handle is done.")
            outcome = f"{error_sentence(error)} {done}"
        if outcome:
            await self._responder.tell(sentence(outcome), requester)

    async def offer(self, requester: Requester, name: ExpertName | None) -> bool | None:
        """Return whether the expert has a handle; None if *requester* may not decide that."""
        try:
            await self._editor.rights.check_may_give_handle(requester.team_id, requester.user)
        except Refused:
            return None
        return name in await self.names(requester.team_id)

    async def names(self, team_id: str) -> Mapping[ExpertName, str]:
        return by_expert(await self._handles.of_team(team_id))

    async def _update(self, change: Change, requester: Requester, wanted: bool | None) -> str:
        handle = await self._of(change.expert, requester)
        has_one = handle is not None and handle.active
        if change.verb is Verb.REMOVED:
            if handle and has_one:
                await self._retire(handle, requester)
        elif wanted is not None and wanted != has_one:
            return await self._set(change.expert, requester, wanted=wanted)
        elif handle and wanted is not False:
            await self._give(change.expert, handle, requester)
        return ""

    async def _set(self, expert: Expert, requester: Requester, *, wanted: bool) -> str:
        await self._editor.rights.check_may_give_handle(requester.team_id, requester.user)
        handle = await self._of(expert, requester)
        if wanted:
            given = await self._give(expert, handle, requester)
            return _answers_to(expert, given.name)
        if handle is None:
            return _no_handle(expert)
        await self._groups.disable(handle.group)
        await self._handles.drop(requester.team_id, handle.group)
        return gettext(
            "`{name}` has no handle any more: `{handle}` is gone.",
            name=expert.name,
            handle=f"@{handle.name}",
        )

    async def _state(self, expert: Expert, requester: Requester) -> str:
        handle = await self._of(expert, requester)
        if handle is None or not handle.active:
            return _no_handle(expert)
        group = await self._groups.find(handle.group)
        if group is None or group.get("date_delete"):
            return gettext(
                "Somebody has disabled the handle of `{name}` in Slack: `/experts handle {name} "
                "on` brings it back, `off` forgets it.",
                name=expert.name,
            )
        await self._store(replace(handle, name=group["handle"]), requester)
        return _answers_to(expert, group["handle"])

    async def _give(self, expert: Expert, handle: Handle | None, requester: Requester) -> Handle:
        """Create or update the handle; it shows the default panel's expert of that name, if any."""
        defaults = await self._editor.panel(WorkspaceScope(requester.team_id))
        in_defaults = (default for default in defaults.experts if default.name == expert.name)
        group = await self._groups.make(next(in_defaults, expert), handle.group if handle else None)
        if handle and handle.group != group["id"]:
            await self._handles.drop(requester.team_id, handle.group)
        return await self._store(Handle(group["id"], expert.name, group["handle"]), requester)

    async def _retire(self, handle: Handle, requester: Requester) -> None:
        """Disable the handle of an expert that is on no panel any more; it can be enabled again."""
        if await self._editor.is_used_anywhere(requester.team_id, handle.expert):
            return
        await self._store(replace(handle, active=False), requester)
        await self._groups.disable(handle.group)

    async def _of(self, expert: Expert, requester: Requester) -> Handle | None:
        handles = await self._handles.of_team(requester.team_id)
        return next((handle for handle in handles if handle.expert == expert.name), None)

    async def _store(self, handle: Handle, requester: Requester) -> Handle:
        await self._handles.put(requester.team_id, handle)
        return handle


def _no_handle(expert: Expert) -> str:
    return gettext(
        "`{name}` has no handle: `/experts handle {name} on` makes one.", name=expert.name
    )


def _answers_to(expert: Expert, handle: str) -> str:
    return gettext(
        "`{name}` answers to `{handle}` in every channel that I am in.",
        name=expert.name,
        handle=f"@{handle}",
    )
