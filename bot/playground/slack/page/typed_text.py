"""Text as people type it, with names, and as Slack stores it, with ids."""

import re
from collections.abc import Mapping
from html import escape

from bot.playground.slack.page.mrkdwn import decoded
from bot.playground.slack.workspace.state import Workspace

_TYPED = re.compile(
    r"(?P<url>https?://[^\s<>|]*[^\s<>|.,;:!?)'\"*_~])"
    r"|(?<![\w@])@(?P<person>[\w.-]*\w)"
    r"|(?<![\w#&])#(?P<channel>[\w-]+)"
)
_STORED = re.compile(r"<(?P<sigil>[@#!]?)(?P<target>[^<>|\n]+)(?:\|(?P<label>[^<>\n]*))?>")
_BROADCASTS = ("channel", "here", "everyone")


def to_slack(text: str, workspace: Workspace) -> str:
    """Return typed *text* as Slack stores it: encoded, with ids for `@names` and `#channels`."""
    people, channels = _people(workspace), _channels(workspace)

    def stored(match: re.Match[str]) -> str:
        typed = match[0]
        match match.lastgroup:
            case "url":
                return f"<{typed}>"
            case "person":
                return _mention(match["person"].casefold(), people) or typed
            case "channel":
                id_ = channels.get(match["channel"].casefold())
                return f"<#{id_}|{match['channel']}>" if id_ else typed
            case _:
                return typed

    return _TYPED.sub(stored, escape(text, quote=False))


def to_typed(text: str, workspace: Workspace) -> str:
    """Return stored *text* as one would have typed it."""

    def typed(match: re.Match[str]) -> str:
        target, label = match["target"], match["label"]
        match match["sigil"]:
            case "@":
                user = workspace.users.get(target)
                return f"@{user.name if user else label or target}"
            case "#":
                channel = workspace.channels.get(target)
                return f"#{channel.name if channel else label or target}"
            case "!":
                group = workspace.user_groups.get(target.removeprefix("subteam^"))
                return f"@{group['handle'] if group else label or target}"
            case _:
                return target

    return decoded(_STORED.sub(typed, text))


def _mention(name: str, people: Mapping[str, str]) -> str | None:
    if name in _BROADCASTS:
        return f"<!{name}>"
    return f"<{people[name]}>" if name in people else None


def _people(workspace: Workspace) -> dict[str, str]:
    """Return the mentions that Slack stores, by the names of people and groups."""
    users = workspace.users.values()
    shown = {user.shown_name.casefold(): user.id for user in users}
    named = {user.name.casefold(): user.id for user in users}
    return {name: f"@{id_}" for name, id_ in (shown | named).items()} | _groups(workspace)


def _groups(workspace: Workspace) -> dict[str, str]:
    groups = [group for group in workspace.user_groups.values() if not group["date_delete"]]
    return {group["handle"].casefold(): f"!subteam^{group['id']}" for group in groups}


def _channels(workspace: Workspace) -> dict[str, str]:
    channels = (c for c in workspace.channels.values() if c.kind in ("channel", "group"))
    return {channel.name.casefold(): channel.id for channel in channels}
