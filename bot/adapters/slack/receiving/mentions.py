"""Mentions in what people write: of members, of the bot, and of experts by their handles."""

import re
from collections.abc import Iterable, Mapping, Sequence

from bot.adapters.slack.api.identity import Identity
from bot.adapters.slack.markdown import sanitize
from bot.panel.messaging.handles import HandleStore
from bot.panel.messaging.people import People
from bot.panel.model import UserId

_GROUP = re.compile(r"<!subteam\^([A-Z0-9]+)(?:\|[^>]*)?>")


def groups(written: str) -> Sequence[str]:
    """Return the user groups that *written* mentions, each once; some may be experts' handles."""
    return list(dict.fromkeys(_GROUP.findall(written)))


class Mentions:
    """Looks up what mentions stand for."""

    def __init__(self, people: People, handles: HandleStore, identity: Identity) -> None:
        self._people = people
        self._handles = handles
        self._team = identity.team_id
        self._us = identity.bot_user_id

    async def names(self, authors: Sequence[UserId], texts: Iterable[str]) -> Mapping[str, str]:
        """Return the names of *authors*, and of users and experts that *texts* mention, by id."""
        written = "\n".join(texts)
        users = [UserId(user) for user in sanitize.mentioned(written)]
        names = await self._people.names([*authors, *users])
        by_id = {str(user): name for user, name in names.items()}
        if mentioned := groups(written):
            handles = await self._handles.find(self._team, mentioned)
            by_id |= {group: handle.name for group, handle in handles.items()}
        return by_id

    async def are_ours(self, written: str) -> bool:
        """Whether *written* mentions the bot, or the handle of an expert."""
        if self._us in sanitize.mentioned(written):
            return True
        mentioned = groups(written)
        return bool(mentioned and await self._handles.find(self._team, mentioned))
