"""Giving an expert a handle: a user group without members, which Slack completes as one types.

Slack never deletes a group, it disables it; and a disabled one keeps its name. So a group of
ours is taken up again, and one that somebody else has made is left alone.
"""

import logging
from collections.abc import Mapping

from bot.adapters.slack import panel_lists
from bot.adapters.slack.giver import Giver
from bot.adapters.slack.panel_lists import Answer
from bot.adapters.slack.web_api import Json, SlackApi
from bot.panel.errors import MessengerRefused, PanelError, Refused
from bot.panel.handles import Handle, HandleStore
from bot.panel.model import Expert, ExpertName
from bot.panel.panel_editor import PanelEditor
from bot.panel.roster import WorkspaceScope

log = logging.getLogger(__name__)

_NO_PLAN = "User groups, which handles are made of, come only with Slack's paid plans."
_FORBIDDEN = (
    "This workspace does not let apps manage user groups; an admin can change that in Slack's "
    "settings, under permissions."
)
_REASONS: Mapping[str, str] = {
    "missing_scope": (
        "I lack the scopes `usergroups:read` and `usergroups:write`, which are optional; whoever "
        "runs me can add them and install me again."
    ),
    "paid_teams_only": _NO_PLAN,
    "plan_upgrade_required": _NO_PLAN,
    "permission_denied": _FORBIDDEN,
    "user_is_restricted": _FORBIDDEN,
}


class HandleDesk:
    """Makes, removes and shows handles."""

    def __init__(self, editor: PanelEditor, handles: HandleStore, api: SlackApi) -> None:
        self._editor = editor
        self._handles = handles
        self._api = api

    async def carry_out(
        self, name: str, giver: Giver, *, wanted: bool | None, for_defaults: bool
    ) -> Answer:
        """Switch the expert's handle on or off, or (None) say how it stands."""
        if wanted is not None:
            await self._editor.check_may_change(WorkspaceScope(giver.team_id), giver.user)
        expert = await self._editor.find(giver.scope(for_defaults=for_defaults), name)
        try:
            said = await self._said(expert, giver, wanted)
        except MessengerRefused as error:
            if error.code in _REASONS:
                raise Refused(_REASONS[error.code]) from error
            raise
        return panel_lists.sentence(said)

    async def removed(self, name: ExpertName, giver: Giver) -> None:
        """Remove the handle of an expert that is gone; what Slack refuses does not undo that."""
        handle = await self._handles.of_expert(giver.team_id, name)
        if handle is None:
            return
        await self._handles.drop(giver.team_id, handle.group)
        try:
            await self._disable(handle.group)
        except PanelError as error:
            log.warning("handle.not_disabled", extra={"reason": str(error)})

    async def _said(self, expert: Expert, giver: Giver, wanted: bool | None) -> str:
        handle = await self._handles.of_expert(giver.team_id, expert.name)
        if wanted:
            return await self._on(expert, handle, giver)
        if handle is None:
            return f"`{expert.name}` has no handle: `/experts handle {expert.name} on` makes one."
        if wanted is None:
            return await self._standing(expert, handle)
        await self._disable(handle.group)
        await self._handles.drop(giver.team_id, handle.group)
        return f"The handle of `{expert.name}` is gone."

    async def _standing(self, expert: Expert, handle: Handle) -> str:
        group = (await self._groups()).get(handle.group)
        if group is None or group.get("date_delete"):
            return (
                f"Somebody has disabled the handle of `{expert.name}` in Slack: `/experts handle "
                f"{expert.name} on` brings it back, `off` forgets it."
            )
        if group["handle"] != _name(expert):
            return f"Somebody has renamed the handle in Slack: it is `@{group['handle']}` now."
        return f"`{expert.name}` answers to `@{group['handle']}`."

    async def _on(self, expert: Expert, handle: Handle | None, giver: Giver) -> str:
        groups = await self._groups()
        group = groups.get(handle.group) if handle else None
        group = group or _of_that_name(groups, expert, giver)
        if group is None:
            group = await self._create(expert)
        elif group.get("date_delete"):
            await self._api.rewrite("usergroups.enable", usergroup=group["id"])
        if handle and handle.group != group["id"]:
            await self._handles.drop(giver.team_id, handle.group)
        ours = Handle(group["id"], expert.name, expert.title)
        await self._handles.put(giver.team_id, ours)
        return f"`{expert.name}` now answers to `@{group['handle']}` in every channel that I am in."

    async def _create(self, expert: Expert) -> Json:
        answer = await self._api.write(
            "usergroups.create",
            name=f"Panel: {expert.name}",
            handle=_name(expert),
            description="An expert of the panel; mention it to ask it.",
        )
        group: Json = answer["usergroup"]
        return group

    async def _disable(self, group_id: str) -> None:
        group = (await self._groups()).get(group_id)
        if group and not group.get("date_delete"):
            await self._api.rewrite("usergroups.disable", usergroup=group_id)

    async def _groups(self) -> Mapping[str, Json]:
        answer = await self._api.read("usergroups.list", include_disabled=True)
        return {group["id"]: group for group in answer["usergroups"]}


def _name(expert: Expert) -> str:
    return f"panel-{expert.name}"


def _of_that_name(groups: Mapping[str, Json], expert: Expert, giver: Giver) -> Json | None:
    """Return the group that has the expert's handle; Refused if it is not of our making."""
    name = _name(expert)
    group = next((one for one in groups.values() if one["handle"] == name), None)
    if group and group.get("created_by") != giver.bot_user:
        raise Refused(f"There is a user group `@{name}` already that I have not made.")
    return group
