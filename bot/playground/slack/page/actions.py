"""What people do on the page: each action is checked, then done in the playground."""

from base64 import b64decode
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any

from bot.json_types import Json
from bot.playground.slack.delivery.delivery import Undelivered
from bot.playground.slack.page.alerts import ALERTS
from bot.playground.slack.page.blocks import with_html
from bot.playground.slack.page.entities import names_of
from bot.playground.slack.page.typed_text import to_slack
from bot.playground.slack.people.acting import PeopleActing
from bot.playground.slack.people.forms import filled
from bot.playground.slack.web_api.errors import ApiError
from bot.playground.slack.web_api.methods.files import new_file
from bot.playground.slack.web_api.state import ServerState
from bot.playground.slack.workspace.messages import Message
from bot.playground.slack.workspace.state import View

Details = Mapping[str, Any]


class Refused(Exception):
    """An action that cannot be done; the message is shown to the person."""


class PageActions:
    """One method for each action; `perform` finds it by name."""

    def __init__(self, state: ServerState, people: PeopleActing) -> None:
        self._state = state
        self._workspace = state.workspace
        self._people = people
        self._by_name: Mapping[str, Callable[[str, Details], Coroutine[Any, Any, Json]]] = {
            "say": self._say,
            "forward": self._forward,
            "alert": self._alert,
            "edit": self._edit,
            "delete": self._delete,
            "react": self._react,
            "slash": self._slash,
            "shortcut": self._shortcut,
            "click": self._click,
            "suggest": self._suggest,
            "submit": self._submit,
            "close": self._close,
            "open-home": self._open_home,
        }

    async def perform(self, name: str, details: Details) -> Json:
        """Perform an action for the user in *details*; returns the answer for the page."""
        if name not in self._by_name:
            raise Refused("The playground does not know this action.")
        user = str(details.get("user"))
        if user not in self._workspace.users:
            raise Refused("This person is not in the workspace.")
        try:
            return await self._by_name[name](user, details)
        except Undelivered:
            raise Refused("The app did not answer. Is the bot running?") from None
        except ApiError as error:
            raise Refused(f"Slack does not take what the app answered: {error.code}.") from None
        except KeyError:
            raise Refused("This is not there any more.") from None

    async def _say(self, user: str, details: Details) -> Json:
        channel = self._channel(user, details)
        text = to_slack(str(details["text"]).strip(), self._workspace)
        thread, files = details.get("thread"), _contents(details.get("files") or ())
        table = _rows(details.get("table") or ())
        if not text and not files and not table:
            raise Refused("There is nothing to send.")
        if details.get("voice"):
            return {"ts": self._people.speak(user, channel, text, thread)}
        more: Json = {"files": files, "table": table, "broadcast": bool(details.get("broadcast"))}
        return {"ts": self._people.say(user, channel, text, thread, **more)}

    async def _forward(self, user: str, details: Details) -> Json:
        message = self._message(user, details)
        destination = self._channel(user, {"channel": details["to"]})
        comment = to_slack(str(details.get("text") or "").strip(), self._workspace)
        thread = details.get("thread")
        return {"ts": self._people.forward(user, destination, message, comment, thread)}

    async def _alert(self, user: str, details: Details) -> Json:
        channel, alert = self._channel(user, details), ALERTS[str(details["kind"])]
        return {"ts": self._people.post_as_app(channel, thread_ts=details.get("thread"), **alert)}

    async def _edit(self, user: str, details: Details) -> Json:
        message = self._own_message(user, details)
        text = to_slack(str(details["text"]), self._workspace)
        if not text:
            raise Refused("An empty message cannot be saved. Delete it instead.")
        self._people.edit(user, message.channel, message.ts, text)
        return {}

    async def _delete(self, user: str, details: Details) -> Json:
        message = self._own_message(user, details)
        self._people.delete(user, message.channel, message.ts)
        return {}

    async def _react(self, user: str, details: Details) -> Json:
        message, name = self._message(user, details), str(details["name"])
        if user not in message.reactions.get(name, ()):
            self._people.react(user, message.channel, message.ts, name)
            return {}
        self._workspace.remove_reaction(message, user, name)
        return {}

    async def _slash(self, user: str, details: Details) -> Json:
        command, _, text = str(details["text"]).partition(" ")
        arguments = to_slack(text.strip(), self._workspace)
        await self._people.slash(user, self._channel(user, details), command, arguments)
        return {}

    async def _shortcut(self, user: str, details: Details) -> Json:
        await self._people.shortcut(user, self._message(user, details), str(details["callback_id"]))
        return {}

    async def _click(self, user: str, details: Details) -> Json:
        value = details.get("value")
        selected = ",".join(value) if isinstance(value, list) else value
        action, block = str(details["action"]), details.get("block")
        if details.get("view"):
            view = self._view(user, details)
            state = filled(view, self._values(user, view, details))
            await self._people.click(user, view, action, selected, block_id=block, state=state)
        else:
            message = self._message(user, details)
            await self._people.click(user, message, action, selected, block_id=block)
        return {}

    async def _suggest(self, user: str, details: Details) -> Json:
        view, names = self._view(user, details), names_of(self._workspace)
        action, typed = str(details["action"]), str(details["typed"])
        options = await self._people.type_in_menu(user, view, action, typed, details.get("block"))
        return {"options": with_html(options, names)}

    async def _submit(self, user: str, details: Details) -> Json:
        view = self._view(user, details)
        values = self._values(user, view, details)
        return {"errors": await self._people.submit_view(user, view.id, values)}

    async def _close(self, user: str, details: Details) -> Json:
        await self._people.close_view(user, self._view(user, details).id)
        return {}

    async def _open_home(self, user: str, details: Details) -> Json:
        self._people.open_home(user, str(details["tab"]))
        return {}

    def _channel(self, user: str, details: Details) -> str:
        channel = self._workspace.channels[str(details["channel"])]
        if user not in channel.members:
            raise Refused("This person is not in the channel.")
        return channel.id

    def _message(self, user: str, details: Details) -> Message:
        channel, ts = self._channel(user, details), str(details["ts"])
        ephemeral = (m for m in self._workspace.ephemeral(user, channel) if m.ts == ts)
        message = self._workspace.message(channel, ts) or next(ephemeral, None)
        if message is None:
            raise KeyError(ts)
        return message

    def _own_message(self, user: str, details: Details) -> Message:
        message = self._message(user, details)
        if message.user != user:
            raise Refused("Only its author may change a message.")
        return message

    def _view(self, user: str, details: Details) -> View:
        view_id = str(details["view"])
        home = self._workspace.homes.get(user)
        view = home if home and home.id == view_id else self._workspace.views[view_id]
        if view.user != user or not view.is_open:
            raise KeyError(view_id)
        return view

    def _values(self, user: str, view: View, details: Details) -> Json:
        """Return the values of the inputs; the files among them are stored."""
        values: Json = dict(details.get("values") or {})
        for block in view.content["blocks"]:
            if (block.get("element") or {}).get("type") == "file_input":
                files = values.get(block["block_id"]) or ()
                values[block["block_id"]] = self._stored(user, files)
        return values

    def _stored(self, user: str, files: Sequence[Json]) -> list[Json]:
        return [new_file(self._state, name, content, user) for name, content in _contents(files)]


def _rows(table: Sequence[Sequence[Any]]) -> list[list[str]]:
    return [[str(cell) for cell in row] for row in table]


def _contents(files: Sequence[Json]) -> list[tuple[str, bytes]]:
    try:
        return [(str(file["name"]), b64decode(file["content"])) for file in files]
    except ValueError:
        raise Refused("The file cannot be read.") from None
