"""Who is in which channel, in memory."""

from collections.abc import Collection

from bot.panel.messaging.people import Members
from bot.panel.model import UserId


class FakeMembers(Members):
    """Everybody is everywhere, but in the channels of which *members* are known."""

    def __init__(self, **members: Collection[str]) -> None:
        self.members = members

    async def include(self, channel_id: str, user: UserId) -> bool | None:
        known = self.members.get(channel_id)
        return None if known is None else user in known

    async def channels_of(self, user: UserId) -> Collection[str] | None:
        return {channel for channel, members in self.members.items() if user in members}
