"""What people do in Slack beside writing: give commands, click, fill in forms."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.json_types import Json
from bot.playground.slack.delivery import interactions
from bot.playground.slack.delivery.delivery import Deliverer, Delivery, Undelivered
from bot.playground.slack.delivery.events import EventPublisher
from bot.playground.slack.delivery.response_urls import ResponseUrls
from bot.playground.slack.people.forms import action_of, element_of, filled, with_suggested
from bot.playground.slack.people.writing import PeopleWriting
from bot.playground.slack.web_api.errors import ApiError
from bot.playground.slack.web_api.methods.views import new_view, open_views, replace_content
from bot.playground.slack.web_api.state import ServerState
from bot.playground.slack.web_api.validation.blocks import answer_problem
from bot.playground.slack.workspace.messages import Message
from bot.playground.slack.workspace.state import Change, View

_TIMEOUTS = frozenset({"timeout", "http_timeout"})


@dataclass(frozen=True, slots=True)
class CommandResult:
    """The immediate result of a slash command."""

    answer: Json | None  # from the bot's acknowledgement
    error: str = ""  # Slack's code for why there is no answer


class PeopleActing(PeopleWriting):
    """The people of the workspace, controlled by a test or by the page."""

    def __init__(
        self, state: ServerState, deliverer: Deliverer, response_urls: ResponseUrls
    ) -> None:
        super().__init__(state, EventPublisher(state, deliverer))
        self._deliverer = deliverer
        self._response_urls = response_urls

    async def slash(self, user: str, channel: str, command: str, text: str = "") -> CommandResult:
        """Let *user* give a slash command; answers appear as messages, too."""
        url = self._response_urls.new(user, channel)
        if not self._state.installed:
            self._response_urls.post_ephemeral(user, channel, f"{command} is no command here.")
            return CommandResult(None, "invalid_command")
        payload = interactions.command(self._state, user, channel, (command, text), url)
        try:
            answer = await self._ask(Delivery("slash_commands", payload))
            if answer:
                self._response_urls.post(url, answer)
        except Undelivered as failure:
            error = "operation_timeout" if failure.reason in _TIMEOUTS else "dispatch_failed"
        except ApiError as refusal:
            error = refusal.code
        else:
            return CommandResult(answer)
        self._response_urls.post_ephemeral(user, channel, f"{command} failed: {error}")
        return CommandResult(None, error)

    async def click(
        self,
        user: str,
        message: Message | View,
        action_id: str,
        value: str | None = None,
        *,
        block_id: str | None = None,
        state: Json | None = None,
    ) -> None:
        """Let *user* press a button, or choose *value* in a menu."""
        content = message.content["blocks"] if isinstance(message, View) else message.blocks
        block_id, element = element_of(content, action_id, block_id, value)
        owner = self._owner(message)
        if isinstance(message, View):
            action = action_of(with_suggested(element, message), block_id, value)
            fields = interactions.view_fields(message, state)
        else:
            action = action_of(element, block_id, value)
            fields = self._message_fields(user, message)
            if action["type"] == "feedback_buttons":
                self._workspace.press_thumb(message, user, action["value"])
        action["action_ts"] = self._workspace.new_ts()
        await self._interact("block_actions", user, fields | {"actions": [action]}, owner)

    async def type_in_menu(
        self, user: str, view: View, action_id: str, typed: str, block_id: str | None = None
    ) -> list[Json]:
        """Let *user* type in a menu whose options come from the app, and return these.

        Raises ApiError for an answer that Slack does not take, which shows none then.
        """
        block_id, element = element_of(view.content["blocks"], action_id, block_id)
        if len(typed) < element.get("min_query_length", 3):
            return []
        fields = interactions.view_fields(view, None)
        fields |= {"action_id": action_id, "block_id": block_id, "value": typed}
        payload = interactions.interaction(self._state, "block_suggestion", user, self._owner(view))
        payload |= fields
        answer = await self._deliverer.ask_once(Delivery("options", payload)) or {}
        if problem := answer_problem(answer):
            raise ApiError("invalid_arguments", problem)
        groups = answer.get("option_groups") or [answer]
        options: list[Json] = [option for group in groups for option in group["options"]]
        view.suggested |= {option["value"]: option for option in options}
        return options

    async def submit_view(self, user: str, view_id: str, values: Mapping[str, Any]) -> Json:
        """Let *user* submit a modal; returns the errors by block id, or nothing.

        *values* are by block id (or action id): a text, an option's value or several.
        """
        view = self._workspace.views[view_id]
        fields = {"view": interactions.with_state(view, filled(view, values)), "response_urls": []}
        owner = self._owner(view)
        answer = await self._interact("view_submission", user, fields, owner) or {}
        match answer.get("response_action"):
            case "errors":
                errors: Json = answer["errors"]
                return errors
            case "update":
                replace_content(owner, view, answer["view"])
            case "push":
                new_view(owner, user, answer["view"], on=view)
            case "clear":
                for open_view in open_views(owner, user):
                    self._close(open_view)
            case _:
                self._close(view)
        return {}

    async def close_view(self, user: str, view_id: str) -> None:
        """Let *user* close a modal."""
        view = self._workspace.views[view_id]
        self._close(view)
        if view.content["notify_on_close"]:
            fields = {"view": view.content, "is_cleared": False}
            await self._interact("view_closed", user, fields, self._owner(view))

    async def shortcut(self, user: str, message: Message, callback_id: str) -> None:
        """Let *user* use a message shortcut."""
        fields = self._message_fields(user, message)
        fields |= {"callback_id": callback_id, "message_ts": message.ts}
        fields["action_ts"] = self._workspace.new_ts()
        del fields["container"], fields["state"]  # only clicks and submissions have these
        await self._interact("message_action", user, fields, self._state)

    def open_home(self, user: str, tab: str = "home") -> None:
        """Let *user* open the app's home or its messages."""
        channel = self._workspace.direct_channel(user, self._workspace.bot_user)
        event: Json = {"type": "app_home_opened", "user": user, "channel": channel.id, "tab": tab}
        if tab == "home" and user in self._workspace.homes:
            event["view"] = self._workspace.homes[user].content
        self._events.publish(event | {"event_ts": self._workspace.new_ts()})

    def stop_session(self, user: str, channel: str, thread_ts: str) -> None:
        """Let *user* press Slack's own stop button, which ends the streams of a thread."""
        streaming = [m.ts for m in self._workspace.thread(channel, thread_ts) if m.streaming]
        self._state.stopped_streams.update((channel, ts) for ts in streaming)
        self._events.publish(
            {
                "type": "agent_session_stopped",
                "user": user,
                "channel": channel,
                "thread_ts": thread_ts,
                "streaming_message_ts": streaming,
                "event_ts": self._workspace.new_ts(),
            }
        )

    def share(self, channel: str, new_id: str) -> None:
        """Share a private channel with another organisation: it has another id from then on."""
        self._workspace.rename_channel(channel, new_id)
        self._workspace.channels[new_id].is_shared = True
        moved = {"old_channel_id": channel, "new_channel_id": new_id}
        self.tell({"type": "channel_id_changed", "event_ts": self._workspace.new_ts(), **moved})

    def tell(self, event: Json) -> None:
        """Deliver an event as it is."""
        self._events.publish(event)

    def uninstall(self) -> None:
        """Let an admin uninstall the app, which revokes its token."""
        self._state.installed = False
        revoked: Json = {"oauth": [], "bot": [self._workspace.bot_user]}
        self._events.publish({"type": "tokens_revoked", "tokens": revoked})
        self._events.publish({"type": "app_uninstalled"})

    async def wait_for(self, condition: Callable[[], object], timeout: float = 10) -> None:  # noqa: ASYNC109 - callers set it
        """Wait until *condition* holds; it is checked after each change."""
        changed = asyncio.Event()
        unsubscribe = self._workspace.subscribe(lambda _: changed.set())
        try:
            async with asyncio.timeout(timeout):
                while not condition():
                    await changed.wait()
                    changed.clear()
        finally:
            unsubscribe()

    async def _interact(
        self, kind: str, user: str, fields: Json, owner: ServerState
    ) -> Json | None:
        payload = interactions.interaction(self._state, kind, user, owner) | fields
        return await self._ask(Delivery("interactive", payload))

    async def _ask(self, delivery: Delivery) -> Json | None:
        repeated = self._state.hazards.repeated
        if repeated == "never":
            return await self._deliverer.ask(delivery)
        return await self._deliverer.ask_twice(delivery, at_once=repeated == "at once")

    def _message_fields(self, user: str, message: Message) -> Json:
        url = self._response_urls.new(user, message.channel, message, self._owner(message))
        return interactions.message_fields(self._state, message, url)

    def _owner(self, used: Message | View) -> ServerState:
        """Return the workspace whose bot has posted that message or opened that view."""
        beside = self._state.beside
        if isinstance(used, View):
            return beside.get(used.content["app_installed_team_id"], self._state)
        sharing = self._workspace.sharing(used.channel)
        owners = (w.team_id for w in sharing if w.bot_id and w.bot_id == used.bot_id)
        return beside.get(next(owners, ""), self._state)

    def _close(self, view: View) -> None:
        view.is_open = False
        self._workspace.notify(Change("view", view=view))
