"""What the bot would like to know of Slack, and how to find out in a thread of one channel."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any

from bot.adapters.slack.api.identity import Identity
from bot.adapters.slack.api.web_api import SlackApi
from bot.json_types import Json
from bot.panel.checks.probes import TIMEOUT, Check
from bot.panel.errors import MessengerRefused, PanelError, Refused

_FACE = {"username": "Panelbot's probe", "icon_emoji": ":test_tube:"}
_METADATA = {"event_type": "panelbot_probe", "event_payload": {"probe": "1"}}
_ROOT = "Panelbot is probing what Slack does in this thread. It cleans up after itself."
_GONE = "message_not_found"
_OFTEN = 1.2  # each pause between additions is so many times the one before


class SlackProbeBench:
    """A thread in one channel, and what has to be deleted there afterwards."""

    def __init__(
        self, api: SlackApi, identity: Identity, channel: str, *, reader: str = ""
    ) -> None:
        self.api = api
        self._identity = identity
        self._channel = channel
        self._reader = reader
        self._root = ""
        self._posted: list[str] = []

    async def post(self, text: str, **more: Any) -> str:
        """Post in the thread; returns the message's ts."""
        if not self._root:
            self._root = await self._write("chat.postMessage", text=_ROOT)
        return await self._write("chat.postMessage", text=text, thread_ts=self._root, **more)

    async def stream(self, text: str, **more: Any) -> str:
        """Begin a message that grows; returns its ts."""
        await self.post("A message that grows follows.")
        return await self._write(
            "chat.startStream",
            thread_ts=self._root,
            markdown_text=text,
            recipient_team_id=self._identity.team_id,
            recipient_user_id=await self.reader(),
            **more,
        )

    async def change(self, method: str, ts: str, **more: Any) -> None:
        """Do something to a message."""
        await self.api.write(method, channel=self._channel, ts=ts, **more)

    async def seen(self, ts: str) -> Json:
        """Return a message of the thread, as it is read back."""
        pages = self.api.pages(
            "conversations.replies",
            "messages",
            channel=self._channel,
            ts=self._root,
            include_all_metadata=True,
        )
        async for message in pages:
            if message["ts"] == ts:
                return message
        raise Refused("what was posted cannot be read back")

    async def reader(self) -> str:
        """Return who watches streams: somebody named, or who wrote last in the channel."""
        if not self._reader:
            pages = self.api.pages("conversations.history", "messages", channel=self._channel)
            people = (m["user"] async for m in pages if m.get("user") and not m.get("bot_id"))
            self._reader = await anext(people, "")
        if not self._reader:
            raise Refused("Nobody has written in that channel: name somebody with --user.")
        return self._reader

    async def tidy(self) -> list[str]:
        """Delete all that was posted; returns what is left, with the reason."""
        left: list[str] = []
        for ts in reversed(self._posted):
            try:
                await self.api.rewrite("chat.delete", channel=self._channel, ts=ts)
            except MessengerRefused as error:
                if error.code != _GONE:
                    left.append(f"message {self._channel}/{ts}: {error}")
            except PanelError as error:
                left.append(f"message {self._channel}/{ts}: {error}")
        self._posted, self._root = [], ""
        return left

    async def _write(self, method: str, **args: Any) -> str:
        ts = str((await self.api.write(method, channel=self._channel, **args))["ts"])
        self._posted.append(ts)
        return ts


Probe = Callable[[SlackProbeBench], Awaitable[str]]


def checks(bench: SlackProbeBench, *, stream_for: float) -> list[Check]:
    """Return all checks of Slack; a stream is watched for so many seconds."""
    life = Check(
        "stream-life",
        "How long may a message grow before Slack ends it?",
        "About five minutes: the bot ends it after four.",
        partial(_stream_life, bench, stream_for),
        stream_for + TIMEOUT,
    )
    plain = [
        Check(name, question, assumed, partial(probe, bench))
        for name, question, assumed, probe in _CHECKS
    ]
    return [*plain, life]


async def _persona(bench: SlackProbeBench) -> str:
    try:
        ts = await bench.post("A persona says this.", **_FACE)
    except MessengerRefused as error:
        return f"It is refused: {error.code}."
    return f"It {_face_of(await bench.seen(ts))}."


async def _broadcast(bench: SlackProbeBench) -> str:
    ts = await bench.post("A persona says this to the channel, too.", reply_broadcast=True, **_FACE)
    return f"It {_face_of(await bench.seen(ts))}."


async def _edited(bench: SlackProbeBench) -> str:
    ts = await bench.post("A persona says this.", metadata=_METADATA, **_FACE)
    await bench.change("chat.update", ts, text="A persona said this, and it was edited.")
    message = await bench.seen(ts)
    return f"It {_face_of(message)}, and its metadata are {_metadata_of(message)}."


async def _watched(bench: SlackProbeBench) -> str:
    ts = await bench.stream("One. ", **_FACE)
    await bench.change("chat.appendStream", ts, markdown_text="Two. ")
    growing = _text_of(await bench.seen(ts))
    await bench.change("chat.stopStream", ts, markdown_text="Three.", metadata=_METADATA)
    message = await bench.seen(ts)
    return (
        f"Read back while it grew, it said “{growing}”, at its end “{_text_of(message)}”. It "
        f"{_face_of(message)}, and its metadata are {_metadata_of(message)}."
    )


async def _stream_life(bench: SlackProbeBench, longest: float) -> str:
    ts = await bench.stream("It begins. ")
    began, pause = time.monotonic(), 0.1
    while (lasted := time.monotonic() - began) < longest:
        await asyncio.sleep(min(pause, longest))
        pause = min(pause * _OFTEN, 10)
        try:
            await bench.change("chat.appendStream", ts, markdown_text="It goes on. ")
        except MessengerRefused as error:
            return f"It was ended after {lasted:.1f} s ({error.code})."
    await bench.change("chat.stopStream", ts)
    return f"It was still growing after {lasted:.1f} s."


def _face_of(message: Json) -> str:
    name = message.get("username")
    if name == _FACE["username"]:
        return "keeps the persona"
    return f"is shown as “{name}”" if name else "loses the persona"


def _metadata_of(message: Json) -> str:
    kept = (message.get("metadata") or {}).get("event_payload")
    return "there" if kept == _METADATA["event_payload"] else "gone"


def _text_of(message: Json) -> str:
    blocks = message.get("blocks") or ()
    written = "".join(b.get("text", "") for b in blocks if b.get("type") == "markdown")
    return (written or message.get("text") or "").strip()


_CHECKS: Sequence[tuple[str, str, str, Probe]] = (
    (
        "persona",
        "Does a message keep the name and icon that it was posted with?",
        "With the scope chat:write.customize, yes; without it, either answer.",
        _persona,
    ),
    (
        "broadcast",
        "Does a reply that is also sent to the channel keep its persona?",
        "No: the bot does not send replies to the channel.",
        _broadcast,
    ),
    (
        "edit",
        "Does an edit leave the persona and the metadata of a message as they were?",
        "The metadata, not the persona: the bot does not edit what a persona said.",
        _edited,
    ),
    (
        "stream-watched",
        "What do others see of a message while it grows, and what does it keep at its end?",
        "Perhaps only how it began, and then the whole; persona and metadata stay.",
        _watched,
    ),
)
