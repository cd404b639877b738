"""What people write in Slack: messages, tables, forwards, voice clips; edits and deletions."""

from collections.abc import Sequence

from bot.json_types import Json
from bot.playground.slack.delivery.events import EventPublisher
from bot.playground.slack.people import attached
from bot.playground.slack.people.attached import Rows
from bot.playground.slack.people.typed_rich_text import typed_blocks
from bot.playground.slack.web_api.methods.files import new_file
from bot.playground.slack.web_api.state import ServerState
from bot.playground.slack.workspace.company import MONITOR
from bot.playground.slack.workspace.messages import Message, snapshot


class PeopleWriting:
    """The people of the workspace, and its other apps, as authors."""

    def __init__(self, state: ServerState, events: EventPublisher) -> None:
        self._state = state
        self._workspace = state.workspace
        self._events = events

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
        table: Rows = (),
        attachments: Sequence[Json] = (),
        blocks: Sequence[Json] | None = None,
    ) -> str:
        """Post a message as *user*, with a pasted *table*; returns its ts.

        *attachments* and *blocks* are for other shapes; without *blocks*, they are made of *text*.
        """
        shared = [new_file(self._state, name, content, user) for name, content in files]
        subtype = subtype or ("thread_broadcast" if broadcast else "file_share" if files else None)
        message = self._message(user, channel, text, thread_ts)
        message.subtype, message.files = subtype, shared
        message.attachments = list(attachments)
        if blocks is not None:
            message.blocks = list(blocks)
        if table:
            self._put_table(message, table)
        return self._post(message)

    def forward(
        self,
        user: str,
        channel: str,
        message: Message,
        comment: str = "",
        thread_ts: str | None = None,
    ) -> str:
        """Forward *message* to *channel*, perhaps with a comment; returns the new one's ts."""
        forwarding = self._message(user, channel, comment, thread_ts)
        forwarding.attachments = [attached.forward(self._workspace, message)]
        return self._post(forwarding)

    def speak(self, user: str, channel: str, transcript: str, thread_ts: str | None = None) -> str:
        """Post a voice clip, which Slack transcribes; returns its ts."""
        file = new_file(self._state, "audio_message.m4a", b"audio", user)
        clip = attached.voice_clip(file, transcript)
        self._workspace.files[file["id"]] = clip
        message = self._message(user, channel, "", thread_ts)
        message.subtype = "file_share"
        unfinished = self._state.hazards.transcripts == "later"
        waiting = {"transcription": {"status": "processing"}} if unfinished else {}
        message.files = [clip | waiting]
        return self._post(message)

    def post_as_app(
        self,
        channel: str,
        text: str = "",
        thread_ts: str | None = None,
        *,
        blocks: Sequence[Json] = (),
        attachments: Sequence[Json] = (),
        bot_id: str = MONITOR,
        username: str | None = None,
    ) -> str:
        """Post as another app; with a *username*, as webhooks and workflows do. Returns the ts."""
        message = self._message(None, channel, text, thread_ts)
        message.bot_id, message.username = bot_id, username
        message.user = None if username else self._workspace.apps[bot_id].user
        message.subtype = "bot_message" if username else None
        message.blocks, message.attachments = list(blocks), list(attachments)
        return self._post(message)

    def edit(self, user: str, channel: str, ts: str, text: str) -> None:
        """Let *user* edit a message."""
        message = self._existing(channel, ts)
        before = snapshot(message)
        others = [block for block in message.blocks if block["type"] != "rich_text"]
        message.text, message.blocks = text, [*self._typed(text, ts), *others]
        message.edited_by, message.edited_ts = user, self._workspace.new_ts()
        self._workspace.updated(message, before)

    def delete(self, user: str, channel: str, ts: str) -> None:
        """Let *user* delete a message."""
        self._workspace.delete(self._existing(channel, ts))

    def react(self, user: str, channel: str, ts: str, name: str) -> None:
        """Let *user* react to a message."""
        message = self._existing(channel, ts)
        self._workspace.add_reaction(message, user, name)
        item = {"type": "message", "channel": channel, "ts": ts}
        event = {"type": "reaction_added", "user": user, "reaction": name, "item": item}
        author = message.user or self._workspace.bot_user
        self._events.publish(event | {"item_user": author, "event_ts": self._workspace.new_ts()})

    def _message(self, user: str | None, channel: str, text: str, thread_ts: str | None) -> Message:
        """Return a message that is not posted yet."""
        if user and user not in self._workspace.channels[channel].members:
            raise KeyError(f"{user} is not in {channel}")
        if thread_ts:
            self._existing(channel, thread_ts)
        ts = self._workspace.new_ts()
        blocks = self._typed(text, ts)
        return Message(ts, channel, text, user=user, thread_ts=thread_ts, blocks=blocks)

    def _post(self, message: Message) -> str:
        self._workspace.post(message)
        self._events.publish_message(message)
        return message.ts

    def _put_table(self, message: Message, rows: Rows) -> None:
        block_id = f"t{message.ts}"
        if self._state.hazards.tables == "block":
            message.blocks = [*message.blocks, attached.table_block(rows, block_id)]
        else:
            message.attachments.append(attached.table_attachment(rows, block_id))

    def _typed(self, text: str, ts: str) -> list[Json]:
        return typed_blocks(text, f"r{ts}") if self._state.hazards.blocks else []

    def _existing(self, channel: str, ts: str) -> Message:
        message = self._workspace.message(channel, ts)
        if message is None:
            raise KeyError(f"no message {channel}/{ts}")
        return message
