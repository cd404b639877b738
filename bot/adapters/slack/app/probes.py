"""Probes of Slack's undocumented behaviour, made in a thread of one channel."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any

from bot import runtime
from bot.adapters.slack.api.answers import NO_MESSAGE
from bot.adapters.slack.api.identity import Identity
from bot.adapters.slack.api.web_api import SlackApi
from bot.json_types import Json
from bot.panel.checks.probes import TIMEOUT, Check
from bot.panel.errors import MessengerRefused, PanelError, Refused

_PERSONA = {"username": "Panelbot's probe", "icon_emoji": ":test_tube:"}
_METADATA = {"event_type": "panelbot_probe", "event_payload": {"probe": "1"}}
# Without spaces, CommonMark sees the second as bold only because of the hair space after it.
_EMPHASIS = "**注意：**次 **第一。**\u200a次"  # noqa: RUF001 - CJK
_ROOT = "Panelbot is probing what Slack does in this thread. It cleans up after itself."
_PAUSE_GROWTH = 1.2  # each pause between additions is this factor longer than the last


class SlackProbeBench:
    """A thread in one channel, and the messages to delete there afterwards."""

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
        if not self._root:
            self._root = await self._write("chat.postMessage", text=_ROOT)
        return await self._write("chat.postMessage", text=text, thread_ts=self._root, **more)

    async def stream(self, text: str, **more: Any) -> str:
        await self.post("A message that grows follows.")
        return await self._write(
            "chat.startStream",
            thread_ts=self._root,
            markdown_text=text,
            recipient_team_id=self._identity.team_id,
            recipient_user_id=await self.reader(),
            **more,
        )

    async def reply_to_deleted(self, text: str) -> Json:
        """Post a message, delete it, and reply to it; return the reply as Slack answers it."""
        root = await self._write("chat.postMessage", text="This message is deleted at once.")
        await self.change("chat.delete", root)
        return await self._reply(root, text)

    async def reply(self, text: str) -> Json:
        """Post in the thread; return the reply as Slack answers it."""
        await self.post("A reply follows.")
        return await self._reply(self._root, text)

    async def change(self, method: str, ts: str, **more: Any) -> None:
        await self.api.write(method, channel=self._channel, ts=ts, **more)

    async def read_back(self, ts: str) -> Json:
        """Return a message of the thread as Slack returns it."""
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
        """Return the recipient of streams: the one given, or whoever wrote last in the channel."""
        if not self._reader:
            pages = self.api.pages("conversations.history", "messages", channel=self._channel)
            people = (m["user"] async for m in pages if m.get("user") and not m.get("bot_id"))
            self._reader = await anext(people, "")
        if not self._reader:
            raise Refused("Nobody has written in that channel: name somebody with --user.")
        return self._reader

    async def tidy(self) -> list[str]:
        """Delete all messages posted; return those that remain, with the reason."""
        left: list[str] = []
        for ts in reversed(self._posted):
            try:
                await self.api.rewrite("chat.delete", channel=self._channel, ts=ts)
            except MessengerRefused as error:
                if error.code != NO_MESSAGE:
                    left.append(f"message {self._channel}/{ts}: {error}")
            except PanelError as error:
                left.append(f"message {self._channel}/{ts}: {error}")
        self._posted, self._root = [], ""
        return left

    async def _reply(self, root: str, text: str) -> Json:
        answer = await self.api.write(
            "chat.postMessage", channel=self._channel, thread_ts=root, text=text
        )
        self._posted.append(str(answer["ts"]))
        message: Json = answer["message"]
        return message

    async def _write(self, method: str, **args: Any) -> str:
        ts = str((await self.api.write(method, channel=self._channel, **args))["ts"])
        self._posted.append(ts)
        return ts


Probe = Callable[[SlackProbeBench], Awaitable[str]]


def checks(bench: SlackProbeBench, *, stream_for: float) -> list[Check]:
    """Return all checks of Slack; the longest stream lasts *stream_for* seconds."""
    stream_life = Check(
        "stream-life",
        "How long may a message grow before Slack ends it?",
        "About five minutes: the bot ends it after four.",
        partial(_stream_life, bench, stream_for),
        stream_for + TIMEOUT,
    )
    immediate = [
        Check(name, question, assumed, partial(probe, bench))
        for name, question, assumed, probe in _CHECKS
    ]
    return [*immediate, stream_life]


async def _persona(bench: SlackProbeBench) -> str:
    try:
        ts = await bench.post("A persona says this.", **_PERSONA)
    except MessengerRefused as error:
        return f"It is refused: {error.code}."
    return f"It {_persona_of(await bench.read_back(ts))}."


async def _broadcast(bench: SlackProbeBench) -> str:
    ts = await bench.post(
        "A persona says this to the channel, too.", reply_broadcast=True, **_PERSONA
    )
    return f"It {_persona_of(await bench.read_back(ts))}."


async def _edit(bench: SlackProbeBench) -> str:
    ts = await bench.post("A persona says this.", metadata=_METADATA, **_PERSONA)
    await bench.change("chat.update", ts, text="A persona said this, and it was edited.")
    message = await bench.read_back(ts)
    return f"It {_persona_of(message)}, and its metadata are {_metadata_of(message)}."


async def _stream_watched(bench: SlackProbeBench) -> str:
    ts = await bench.stream("One. ", **_PERSONA)
    await bench.change("chat.appendStream", ts, markdown_text="Two. ")
    growing = _text_of(await bench.read_back(ts))
    await bench.change("chat.stopStream", ts, markdown_text="Three.", metadata=_METADATA)
    message = await bench.read_back(ts)
    return (
        f"Read back while it grew, it said “{growing}”, at its end “{_text_of(message)}”. It "
        f"{_persona_of(message)}, and its metadata are {_metadata_of(message)}."
    )


async def _stream_life(bench: SlackProbeBench, longest: float) -> str:
    ts = await bench.stream("It begins. ")
    started, pause = runtime.monotonic(), 0.1
    while (lasted := runtime.monotonic() - started) < longest:
        await asyncio.sleep(min(pause, longest))
        pause = min(pause * _PAUSE_GROWTH, 10)
        try:
            await bench.change("chat.appendStream", ts, markdown_text="It goes on. ")
        except MessengerRefused as error:
            return f"It was ended after {lasted:.1f} s ({error.code})."
    await bench.change("chat.stopStream", ts)
    return f"It was still growing after {lasted:.1f} s."


async def _deleted_thread(bench: SlackProbeBench) -> str:
    named = "names its thread" if (await bench.reply("A reply.")).get("thread_ts") else "does not"
    try:
        message = await bench.reply_to_deleted("A reply to nothing.")
    except MessengerRefused as error:
        where = f"is refused ({error.code})"
    else:
        where = "is in a thread" if message.get("thread_ts") else "is in the channel itself"
    return f"The answer to a reply {named}; a reply to a deleted message {where}."


async def _emphasis(bench: SlackProbeBench) -> str:
    ts = await bench.post(_EMPHASIS, blocks=[{"type": "markdown", "text": _EMPHASIS}])
    blocks = (await bench.read_back(ts)).get("blocks") or ()
    kinds = ", ".join(str(block.get("type")) for block in blocks)
    if kinds == "markdown":
        return "It is read back as it was posted, so only eyes can tell."
    bold = ", ".join(f"“{text}”" for text in _bold(blocks))
    return f"It is read back as {kinds}; bold: {bold or 'nothing'}."


def _bold(blocks: Sequence[Json]) -> list[str]:
    sections = [section for block in blocks for section in block.get("elements") or ()]
    texts = [text for section in sections for text in section.get("elements") or ()]
    return [str(t.get("text")) for t in texts if (t.get("style") or {}).get("bold")]


def _persona_of(message: Json) -> str:
    name = message.get("username")
    if name == _PERSONA["username"]:
        return "keeps the persona"
    return f"is shown as “{name}”" if name else "loses the persona"


def _metadata_of(message: Json) -> str:
    payload = (message.get("metadata") or {}).get("event_payload")
    return "there" if payload == _METADATA["event_payload"] else "gone"


def _text_of(message: Json) -> str:
    blocks = message.get("blocks") or ()
    markdown = "".join(b.get("text", "") for b in blocks if b.get("type") == "markdown")
    return (markdown or message.get("text") or "").strip()


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
        _edit,
    ),
    (
        "deleted-thread",
        "What becomes of a reply to a message that was deleted?",
        "It is refused, or posted in the channel: the bot deletes what is in no thread.",
        _deleted_thread,
    ),
    (
        "emphasis",
        "Are words bold whose marks stand between a full-width colon and a letter?",
        "With a hair space after the marks, which the bot adds, they are; without it, perhaps.",
        _emphasis,
    ),
    (
        "stream-watched",
        "What do others see of a message while it grows, and what does it keep at its end?",
        "Perhaps its beginning only, and then all of it; persona and metadata stay.",
        _stream_watched,
    ),
)
