"""What one person sees of the workspace, and what changed since they last looked.

Everything is compared with what was sent before: no kind of change can be forgotten, and who
comes back after a break starts with everything.
"""

from collections.abc import Iterator, Mapping, Sequence

from bot.json_types import Json
from bot.playground.slack.page import entities
from bot.playground.slack.page.mrkdwn import Names
from bot.playground.slack.workspace.company import BOT_USER
from bot.playground.slack.workspace.messages import Message
from bot.playground.slack.workspace.state import Channel, Workspace

Things = dict[str, Json]


class Sight:
    """One person's view; the first look shows everything."""

    def __init__(
        self,
        workspace: Workspace,
        me: str,
        offers: Mapping[str, Json],
        suggested: Json | None = None,
    ) -> None:
        self._workspace = workspace
        self._me = me
        self._offers = offers  # commands and shortcuts
        self._suggested = suggested  # in the app's direct messages, until it says otherwise
        self._seen: Things | None = None
        self._drawn: dict[str, tuple[str, Json]] = {}
        self._names = Names()

    def look(self) -> Json | None:
        """Return what changed, or None."""
        now, before = self._everything(), self._seen
        self._seen = now
        if before is None:
            return {"all": True, "set": now}
        new = {key: thing for key, thing in now.items() if before.get(key) != thing}
        gone = [key for key in before if key not in now]
        return {"set": new, "gone": gone} if new or gone else None

    def _everything(self) -> Things:
        workspace = self._workspace
        rooms = list(self._rooms())
        self._learn_names()
        now: Things = {"workspace": entities.team(workspace, self._me)}
        now |= {f"user:{user.id}": entities.person(user) for user in workspace.users.values()}
        groups = [one for one in workspace.user_groups.values() if not one["date_delete"]]
        now |= {f"group:{one['id']}": entities.group(one) for one in groups}
        now |= {f"channel:{c.id}": entities.room(workspace, c, self._me) for c in rooms}
        now |= self._offers
        now |= self._messages(rooms)
        return now | self._app_things({channel.id for channel in rooms})

    def _rooms(self) -> Iterator[Channel]:
        self._workspace.direct_channel(self._me, BOT_USER)
        for channel in self._workspace.channels.values():
            if self._me in channel.members and not channel.is_archived:
                yield channel

    def _learn_names(self) -> None:
        names = entities.names_of(self._workspace)
        if names != self._names:
            self._names, self._drawn = names, {}

    def _messages(self, rooms: Sequence[Channel]) -> Things:
        everyones = (m for channel in rooms for m in self._workspace.messages(channel.id))
        mine = self._workspace.ephemeral(self._me)
        drawn = {f"message:{m.channel}:{m.ts}": self._message(m) for m in (*everyones, *mine)}
        self._drawn = {key: known for key, known in self._drawn.items() if key in drawn}
        return drawn

    def _message(self, message: Message) -> Json:
        key, state = f"message:{message.channel}:{message.ts}", repr(message)
        known = self._drawn.get(key)
        if known and known[0] == state:
            return known[1]
        thing = entities.said(self._workspace, message, self._me, self._names)
        self._drawn[key] = (state, thing)
        return thing

    def _app_things(self, rooms: set[str]) -> Things:
        workspace = self._workspace
        now: Things = {
            f"status:{status.channel}:{status.thread_ts}": entities.working(workspace, status)
            for status in workspace.statuses.values()
            if status.channel in rooms
        }
        return now | self._prompts() | self._views()

    def _prompts(self) -> Things:
        channel = self._workspace.direct_channel(self._me, BOT_USER).id
        offered = self._workspace.prompts.get(channel, self._suggested)
        return {f"prompts:{channel}": entities.prompts(offered)} if offered else {}

    def _views(self) -> Things:
        workspace, names = self._workspace, self._names
        now: Things = {}
        views = [v for v in workspace.views.values() if v.user == self._me and v.is_open]
        if modals := [entities.view(v, names) for v in views if v.content.get("type") == "modal"]:
            now["modal"] = {"kind": "modal", "views": modals}
        if home := workspace.homes.get(self._me):
            now["home"] = {"kind": "home", "view": entities.view(home, names)}
        return now
