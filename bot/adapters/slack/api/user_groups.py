"""User groups without members, which serve as handles of experts.

Slack never deletes a group but disables it, and a disabled group keeps its name. So a group that
the bot has created is enabled again; one that somebody else has created is left alone.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from bot.adapters.slack.api.web_api import SlackApi
from bot.json_types import Json
from bot.language import gettext
from bot.panel.errors import MessengerRefused, Refused
from bot.panel.model import Expert

_LONGEST_DESCRIPTION = 140  # Slack does not say where `description_too_long` begins
_TAKEN = frozenset({"handle_already_exists", "name_already_exists"})


class UserGroups:
    """Creates and disables groups. Raises Refused with a sentence for people if Slack refuses."""

    def __init__(self, api: SlackApi, bot_user: str) -> None:
        self._api = api
        self._us = bot_user

    async def find(self, group_id: str) -> Json | None:
        with _refusals_explained():
            return (await self._all()).get(group_id)

    async def make(self, expert: Expert, group_id: str | None) -> Json:
        """Return the group of *expert*, up to date; *group_id* is the one that it had before."""
        with _refusals_explained():
            groups = await self._all()
            group = groups.get(group_id or "") or self._ours(groups, expert)
            group = group or await self._create(expert)
            if group.get("date_delete"):
                group = await self._switch("usergroups.enable", group["id"])
            return await self._updated(group, expert)

    async def disable(self, group_id: str) -> None:
        with _refusals_explained():
            group = (await self._all()).get(group_id)
            if group and not group.get("date_delete"):
                await self._switch("usergroups.disable", group_id)

    async def _create(self, expert: Expert) -> Json:
        handle = handle_of(expert)
        try:
            answer = await self._api.write("usergroups.create", handle=handle, **_display(expert))
        except MessengerRefused as error:
            if error.code not in _TAKEN:
                raise
            # Another process was faster, or a person or channel has this name.
            if group := self._ours(await self._all(), expert):
                return group
            taken = gettext("The name `{handle}` is taken in this workspace.", handle=f"@{handle}")
            raise Refused(taken) from error
        return _group(answer)

    async def _updated(self, group: Json, expert: Expert) -> Json:
        display = _display(expert)
        if all(group.get(field) == value for field, value in display.items()):
            return group
        return _group(
            await self._api.rewrite("usergroups.update", usergroup=group["id"], **display)
        )

    async def _switch(self, method: str, group_id: str) -> Json:
        """Enable or disable the group; it is no error if somebody has just done the same."""
        try:
            return _group(await self._api.rewrite(method, usergroup=group_id))
        except MessengerRefused:
            group = (await self._all()).get(group_id)
            if group is None or bool(group.get("date_delete")) != method.endswith("disable"):
                raise
            return group

    async def _all(self) -> Mapping[str, Json]:
        answer = await self._api.read("usergroups.list", include_disabled=True)
        return {group["id"]: group for group in answer["usergroups"]}

    def _ours(self, groups: Mapping[str, Json], expert: Expert) -> Json | None:
        """Return the group with the handle. Raises Refused if the bot did not create it."""
        handle = handle_of(expert)
        group = next((group for group in groups.values() if group["handle"] == handle), None)
        if group and group.get("created_by") != self._us:
            raise Refused(
                gettext(
                    "There is a user group `{handle}` already that I have not made.",
                    handle=f"@{handle}",
                )
            )
        return group


def handle_of(expert: Expert) -> str:
    """Return the handle, without @, that a new group for *expert* gets."""
    return f"panel-{expert.name}"


def _display(expert: Expert) -> Json:
    purpose = expert.purpose
    if len(purpose) > _LONGEST_DESCRIPTION:
        purpose = purpose[: _LONGEST_DESCRIPTION - 1].rstrip() + "…"
    return {"name": f"Panel: {expert.title} ({expert.name})", "description": purpose}


def _group(answer: Json) -> Json:
    group: Json = answer["usergroup"]
    return group


@contextmanager
def _refusals_explained() -> Iterator[None]:
    try:
        yield
    except MessengerRefused as error:
        if reason := _reason(error.code):
            raise Refused(reason) from error
        raise


def _reason(code: str) -> str:
    """Return the reason for Slack's refusal; empty if the code is none that we know."""
    match code:
        case "paid_teams_only" | "plan_upgrade_required":
            return gettext(
                "User groups, which handles are made of, come only with Slack's paid plans."
            )
        case "no_permission" | "permission_denied" | "user_is_restricted":
            return gettext(
                "This workspace does not let me manage user groups, which handles are made of: an "
                "owner can change that in Slack's settings, under Roles & permissions."
            )
        case "missing_scope":
            return gettext(
                "I lack the scopes `usergroups:read` and `usergroups:write`, which are optional; "
                "whoever runs me can add them and install me again."
            )
        case "bad_handle" | "forbidden_handle":
            return gettext(
                "Slack does not take the expert's name as a handle; a new expert may have another "
                "name."
            )
        case "subteam_max_reached":
            return gettext(
                "This workspace has as many user groups as Slack allows; one has to go before I "
                "can make another."
            )
        case _:
            return ""
