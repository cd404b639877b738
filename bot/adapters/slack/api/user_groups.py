"""User groups without members, made as handles of experts.

Slack never deletes a group, it disables it, and a disabled one keeps its name: so a group of ours
is taken up again. One that somebody else has made is left alone.
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
    """Makes groups and disables them; Refused tells in a sentence what Slack does not allow."""

    def __init__(self, api: SlackApi, bot_user: str) -> None:
        self._api = api
        self._us = bot_user

    async def find(self, group_id: str) -> Json | None:
        """Return the group, be it disabled or not."""
        with _explained():
            return (await self._all()).get(group_id)

    async def make(self, expert: Expert, group_id: str | None) -> Json:
        """Return the group that stands for *expert*, in use and up to date; people may rename it.

        *group_id* is the one that stood for it before.
        """
        with _explained():
            groups = await self._all()
            group = groups.get(group_id or "") or self._ours(groups, expert)
            group = group or await self._create(expert)
            if group.get("date_delete"):
                group = await self._switch("usergroups.enable", group["id"])
            return await self._updated(group, expert)

    async def disable(self, group_id: str) -> None:
        """Disable the group, if it is there."""
        with _explained():
            group = (await self._all()).get(group_id)
            if group and not group.get("date_delete"):
                await self._switch("usergroups.disable", group_id)

    async def _create(self, expert: Expert) -> Json:
        handle = handle_of(expert)
        try:
            answer = await self._api.write("usergroups.create", handle=handle, **_looks(expert))
        except MessengerRefused as error:
            if error.code not in _TAKEN:
                raise
            # Another process was quicker, or a person or a channel is called so.
            if group := self._ours(await self._all(), expert):
                return group
            taken = gettext("The name `{handle}` is taken in this workspace.", handle=f"@{handle}")
            raise Refused(taken) from error
        return _group(answer)

    async def _updated(self, group: Json, expert: Expert) -> Json:
        looks = _looks(expert)
        if all(group.get(field) == value for field, value in looks.items()):
            return group
        return _group(await self._api.rewrite("usergroups.update", usergroup=group["id"], **looks))

    async def _switch(self, method: str, group_id: str) -> Json:
        """Enable or disable; what somebody has done meanwhile is no error."""
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
        """Return the group that has the expert's handle; Refused if it is not of our making."""
        handle = handle_of(expert)
        group = next((one for one in groups.values() if one["handle"] == handle), None)
        if group and group.get("created_by") != self._us:
            raise Refused(
                gettext(
                    "There is a user group `{handle}` already that I have not made.",
                    handle=f"@{handle}",
                )
            )
        return group


def handle_of(expert: Expert) -> str:
    """Return what people type after the @, unless they rename the group."""
    return f"panel-{expert.name}"


def _looks(expert: Expert) -> Json:
    """Return what Slack shows of the group beside its handle."""
    purpose = expert.purpose
    if len(purpose) > _LONGEST_DESCRIPTION:
        purpose = purpose[: _LONGEST_DESCRIPTION - 1].rstrip() + "…"
    return {"name": f"Panel: {expert.title} ({expert.name})", "description": purpose}


def _group(answer: Json) -> Json:
    group: Json = answer["usergroup"]
    return group


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except MessengerRefused as error:
        if reason := _reason(error.code):
            raise Refused(reason) from error
        raise


def _reason(code: str) -> str:
    """Return why Slack does not let us; empty where we do not know."""
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
