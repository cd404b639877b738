"""What people do in Slack: talk, edit, give commands, click, fill in forms."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from bot.playground.slack import payloads
from bot.playground.slack.company import APP_ID, BOT_USER
from bot.playground.slack.delivery import Deliverer, Delivery, Undelivered
from bot.playground.slack.forms import action_of, element_of, filled, with_state
from bot.playground.slack.methods.caller import Site, snapshot
from bot.playground.slack.methods.files import new_file
from bot.playground.slack.methods.views import new_view, replace_content
from bot.playground.slack.response_urls import ResponseUrls
from bot.playground.slack.workspace import Change, Json, Message, View

_EVENT_ERRORS = "operation_timeout"


@dataclass(frozen=True, slots=True)
class CommandResult:
    """What came of a slash command at once."""

    answer: Json | None  # what the bot put into its acknowledgement
    error: str = ""  # Slack's word for why the bot did not answer


class PeopleActing:
    """The workspace's people, moved by a test or by the page."""

    def __init__(self, site: Site, deliverer: Deliverer, response_urls: ResponseUrls) -> None:
        self._site = site
        self._workspace = site.workspace
        self._deliverer = deliverer
        self._response_urls = response_urls
        self._events = count(1)
        self._workspace.subscribe(self._echo)

    def say(
        self,
        user: str,
        channel: str,
        text: str,
        thread_ts: str | None = None,
        *,
        subtype: str | None = None,
        files: Sequence[tuple[str, bytes]] = (),
        broadcast: bool = False,
    ) -> str:
        """Let *user* say something; returns the message's ts."""
        shared = [new_file(self._site, name, content, user) for name, content in files]
        kind = subtype or ("thread_broadcast" if broadcast else "file_share" if files else None)
        message = self._workspace.post(
            Message(
                ts=self._workspace.new_ts(),
                channel=channel,
                text=text,
                user=user,
                thread_ts=thread_ts,
                subtype=kind,
                files=shared,
            )
        )
        self._announce(message)
        return message.ts

    def edit(self, user: str, channel: str, ts: str, text: str) -> None:
        """Let *user* edit a message."""
        message = self._known(channel, ts)
        before = snapshot(message)
        message.text = text
        message.edited_by, message.edited_ts = user, self._workspace.new_ts()
        self._workspace.updated(message, before)

    def delete(self, user: str, channel: str, ts: str) -> None:
        """Let *user* delete a message."""
        self._workspace.delete(self._known(channel, ts))

    def react(self, user: str, channel: str, ts: str, name: str) -> None:
        """Let *user* react to a message."""
        message = self._known(channel, ts)
        message.reactions.setdefault(name, []).append(user)
        self._workspace.tell(Change("reaction", channel, message))

    async def slash(self, user: str, channel: str, command: str, text: str = "") -> CommandResult:
        """Let *user* give a slash command; answers appear as messages, too."""
        place = self._workspace.channels[channel]
        url = self._response_urls.new(user, channel)
        payload = {
            "token": "not-a-real-token",
            "team_id": self._workspace.team_id,
            "team_domain": "acme",
            "channel_id": channel,
            "channel_name": place.name or "directmessage",
            "user_id": user,
            "user_name": self._workspace.users[user].name,
            "command": command,
            "text": text,
            "api_app_id": APP_ID,
            "is_enterprise_install": "false",
            "response_url": url,
            "trigger_id": self._site.new_trigger(user),
        }
        try:
            answer = await self._deliverer.ask(Delivery("slash_commands", payload))
        except Undelivered:
            self._response_urls.whisper(user, channel, f"{command} failed: {_EVENT_ERRORS}")
            return CommandResult(None, _EVENT_ERRORS)
        if answer:
            self._response_urls.post(url, answer)
        return CommandResult(answer)

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
        block_id, element = element_of(content, action_id, block_id)
        action = action_of(element, block_id, value) | {"action_ts": self._workspace.new_ts()}
        payload = self._interaction("block_actions", user) | {"actions": [action]}
        if isinstance(message, View):
            payload |= {"view": with_state(message, state), "container": {"type": "view"}}
        else:
            payload |= self._around(user, message)
        await self._deliverer.ask(Delivery("interactive", payload))

    async def submit_view(self, user: str, view_id: str, values: Mapping[str, Any]) -> Json:
        """Let *user* submit a modal; returns the errors by block id, or nothing.

        *values* are by block id (or action id): a text, an option's value or several.
        """
        view = self._workspace.views[view_id]
        state = filled(view, values)
        payload = self._interaction("view_submission", user)
        payload |= {"view": with_state(view, state), "response_urls": []}
        answer = await self._deliverer.ask(Delivery("interactive", payload)) or {}
        match answer.get("response_action"):
            case "errors":
                errors: Json = answer["errors"]
                return errors
            case "update":
                replace_content(self._site, view, answer["view"])
            case "push":
                new_view(self._site, user, answer["view"])
            case _:
                self._closed(view)
        return {}

    async def close_view(self, user: str, view_id: str) -> None:
        """Let *user* close a modal."""
        view = self._workspace.views[view_id]
        self._closed(view)
        if view.content["notify_on_close"]:
            payload = self._interaction("view_closed", user)
            payload |= {"view": view.content, "is_cleared": False}
            await self._deliverer.ask(Delivery("interactive", payload))

    async def shortcut(self, user: str, message: Message, callback_id: str) -> None:
        """Let *user* use a message shortcut."""
        payload = self._interaction("message_action", user) | self._around(user, message)
        payload |= {"callback_id": callback_id, "message_ts": message.ts}
        await self._deliverer.ask(Delivery("interactive", payload))

    def open_home(self, user: str, tab: str = "home") -> None:
        """Let *user* open the app's home or its messages."""
        channel = self._workspace.direct_channel(user, BOT_USER)
        event = {"type": "app_home_opened", "user": user, "channel": channel.id, "tab": tab}
        if tab == "home" and user in self._workspace.homes:
            event["view"] = self._workspace.homes[user].content  # type: ignore[assignment]
        self._deliver(event | {"event_ts": self._workspace.new_ts()})

    def stop_session(self, user: str, channel: str, thread_ts: str) -> None:
        """Let *user* press Slack's own stop button."""
        streaming = [m.ts for m in self._workspace.thread(channel, thread_ts) if m.streaming]
        self._deliver(
            {
                "type": "agent_session_stopped",
                "user": user,
                "channel": channel,
                "thread_ts": thread_ts,
                "streaming_message_ts": streaming,
                "event_ts": self._workspace.new_ts(),
            }
        )

    async def wait_for(self, condition: Callable[[], object], timeout: float = 10) -> None:  # noqa: ASYNC109 - a waiting time is what the caller names
        """Return as soon as *condition* holds, which is looked at after each change."""
        changed = asyncio.Event()
        unsubscribe = self._workspace.subscribe(lambda _: changed.set())
        try:
            async with asyncio.timeout(timeout):
                while not condition():
                    await changed.wait()
                    changed.clear()
        finally:
            unsubscribe()

    def _announce(self, message: Message) -> None:
        """Deliver a person's message; a mention comes twice, as two events."""
        if BOT_USER not in self._workspace.channels[message.channel].members:
            return
        event = payloads.message_event(self._workspace, message)
        mention = f"<@{BOT_USER}>" in message.text and event["channel_type"] != "im"
        events = [event]
        if mention:
            copy = {k: v for k, v in event.items() if k not in ("channel_type", "subtype")}
            events.append(copy | {"type": "app_mention"})
        if self._site.hazards.mention_order == "mention first":
            events.reverse()
        for one in events:
            self._deliver(one)

    def _echo(self, change: Change) -> None:
        """Deliver what the bot itself has posted, and what anybody edits or deletes."""
        message = change.message
        if message is None or message.ephemeral_for or message.channel is None:
            return
        if BOT_USER not in self._workspace.channels[message.channel].members:
            return
        if message.bot_id and not self._site.hazards.echoes:
            return
        match change.kind:
            case "posted" if message.bot_id:
                self._deliver(payloads.message_event(self._workspace, message))
            case "updated" if change.previous and not message.streaming:
                event = payloads.changed_event(self._workspace, message, change.previous)
                self._deliver(event)
            case "deleted":
                self._deliver(payloads.deleted_event(self._workspace, message))
            case _:
                pass

    def _deliver(self, event: Json) -> None:
        event_id = f"Ev{next(self._events):08}"
        wrapped = payloads.event_callback(self._workspace, event, event_id)
        self._deliverer.event(wrapped, copies=1 + self._site.hazards.extra_deliveries)

    def _known(self, channel: str, ts: str) -> Message:
        message = self._workspace.message(channel, ts)
        if message is None:
            raise KeyError(f"no message {channel}/{ts}")
        return message

    def _closed(self, view: View) -> None:
        view.is_open = False
        self._workspace.tell(Change("view", view=view))

    def _interaction(self, kind: str, user: str) -> Json:
        name = self._workspace.users[user].name
        team = {"id": self._workspace.team_id, "domain": "acme"}
        return {
            "type": kind,
            "user": {"id": user, "username": name, "name": name, "team_id": team["id"]},
            "api_app_id": APP_ID,
            "token": "not-a-real-token",
            "team": team,
            "enterprise": None,
            "is_enterprise_install": False,
            "trigger_id": self._site.new_trigger(user),
        }

    def _around(self, user: str, message: Message) -> Json:
        place = self._workspace.channels[message.channel]
        container = {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": message.channel,
            "is_ephemeral": message.ephemeral_for is not None,
        }
        if message.thread_ts:
            container["thread_ts"] = message.thread_ts
        return {
            "container": container,
            "channel": {"id": place.id, "name": place.name or "directmessage"},
            "message": payloads.message(self._workspace, message),
            "response_url": self._response_urls.new(user, message.channel, message),
            "state": {"values": {}},
        }
