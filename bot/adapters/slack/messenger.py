"""The thread as people see it: posting in Slack, each message once, each text neutralised."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Any

from bot.adapters.slack import blocks, splitting, text
from bot.adapters.slack.identity import CUSTOMIZE, Identity
from bot.adapters.slack.metadata import MessageStamp, StampSigner
from bot.adapters.slack.web_api import Ambiguous, Json, SlackApi, SlackRefused
from bot.panel.errors import MessengerRefused, MessengerUnavailable
from bot.panel.model import MessageTs, Persona, ThreadRef, TurnId
from bot.panel.ports import Messenger, PlanTask, Post

log = logging.getLogger(__name__)

_BAD_BLOCKS = frozenset(
    {"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "unsupported_block"}
)
_PAUSES = (0.5, 2.0, 5.0)  # before a message is posted again that may not have arrived
_LONGEST_PIECE = 11_500


class SlackMessenger(Messenger):
    """Posts through *api* as the bot that *identity* tells of."""

    def __init__(
        self,
        api: SlackApi,
        identity: Identity,
        signer: StampSigner,
        *,
        pauses: Sequence[float] = _PAUSES,
    ) -> None:
        self._api = api
        self._signer = signer
        self._pauses = pauses
        self._personas = identity.may_have_personas
        self._bot_id = identity.bot_id
        self._complained: set[str] = set()

    def pieces(self, markdown: str) -> Sequence[str]:
        return splitting.split(text.markdown(markdown), _LONGEST_PIECE)

    async def post(self, thread: ThreadRef, post: Post) -> MessageTs:
        answer = await self._post_once(thread, post, self._reply(post))
        if isinstance(answer, str):
            return MessageTs(answer)
        if post.persona and self._personas and "username" not in answer["message"]:
            self._personas = False  # Slack has dropped the name without a word
            await self._name_afterwards(thread, answer["ts"], post, post.persona)
        return MessageTs(answer["ts"])

    async def find(self, thread: ThreadRef, turn: TurnId, part: str) -> MessageTs | None:
        replies = self._api.pages(
            "conversations.replies",
            "messages",
            channel=thread.channel_id,
            ts=thread.thread_ts,
            oldest=turn.rpartition(":")[2],
            include_all_metadata=True,
        )
        async for message in replies:
            stamp = self._stamp_of(message, thread)
            if stamp and (stamp.turn, stamp.part) == (turn, part):
                return MessageTs(message["ts"])
        return None

    async def post_plan(
        self, thread: ThreadRef, post: Post, tasks: Sequence[PlanTask]
    ) -> MessageTs:
        words = blocks.plan_in_words(post.text, tasks)
        shown = {"blocks": blocks.plan(post.text, tasks), "text": words}
        try:
            answer = await self._post_once(thread, post, shown)
        except MessengerRefused as error:
            if error.code not in _BAD_BLOCKS:
                raise
            plain = {"blocks": blocks.plain_plan(post.text, tasks), "text": words}
            answer = await self._post_once(thread, post, plain)
        return MessageTs(answer if isinstance(answer, str) else answer["ts"])

    async def update_plan(
        self, thread: ThreadRef, ts: MessageTs, post: Post, tasks: Sequence[PlanTask]
    ) -> None:
        place = {"channel": thread.channel_id, "ts": ts}
        words = blocks.plan_in_words(post.text, tasks)
        for shown in (blocks.plan(post.text, tasks), blocks.plain_plan(post.text, tasks)):
            try:
                await self._api.write("chat.update", **place, blocks=shown, text=words)
            except MessengerRefused as error:
                if error.code not in _BAD_BLOCKS:
                    raise
            else:
                return

    async def show_status(self, thread: ThreadRef, status: str) -> None:
        try:
            await self._api.write(
                "assistant.threads.setStatus",
                channel_id=thread.channel_id,
                thread_ts=thread.thread_ts,
                status=status,
            )
        except (MessengerRefused, MessengerUnavailable) as error:
            if str(error) not in self._complained:
                self._complained.add(str(error))
                log.warning("status.not_shown", extra={"reason": str(error)})

    def _reply(self, post: Post) -> Json:
        markdown = text.markdown(post.text)
        shown: Json = {"text": blocks.fallback(markdown)}
        if post.persona and self._personas:
            shown |= {"username": post.persona.name, "icon_emoji": post.persona.icon}
        elif post.persona:
            markdown = blocks.introduced(post.persona, markdown)
        return shown | {"blocks": blocks.reply(markdown)}

    async def _post_once(self, thread: ThreadRef, post: Post, shown: Json) -> Json | str:
        """Post, and return Slack's answer; or, where it got lost, the ts of what was found."""
        args: Json = {
            "channel": thread.channel_id,
            "thread_ts": thread.thread_ts,
            "unfurl_links": False,
            "unfurl_media": False,
            "metadata": self._metadata(thread, post),
            **shown,
        }
        for pause in (*self._pauses, None):
            try:
                return await self._write(post, args)
            except Ambiguous:
                await asyncio.sleep(pause or 0)
                found = await self.find(thread, post.turn, post.part)
                if found:
                    return found
                if pause is None:
                    raise
        raise AssertionError("the last try returns or raises")

    async def _write(self, post: Post, args: Json) -> Json:
        try:
            return await self._api.write("chat.postMessage", **args)
        except SlackRefused as error:
            if not post.persona or CUSTOMIZE not in error.needed:
                raise
        self._personas = False
        plain = {k: v for k, v in args.items() if k not in ("username", "icon_emoji")}
        return await self._api.write("chat.postMessage", **plain | self._reply(post))

    async def _name_afterwards(
        self, thread: ThreadRef, ts: str, post: Post, persona: Persona
    ) -> None:
        """Put the name into a message that has lost its persona, and so may be edited."""
        markdown = blocks.introduced(persona, text.markdown(post.text))
        await self._api.write(
            "chat.update",
            channel=thread.channel_id,
            ts=ts,
            text=blocks.fallback(markdown),
            blocks=blocks.reply(markdown),
        )

    def _metadata(self, thread: ThreadRef, post: Post) -> Any:
        stamp = MessageStamp(post.turn, post.part, post.expert, post.router or "")
        return self._signer.metadata(
            stamp, team=thread.team_id, channel=thread.channel_id, thread_ts=thread.thread_ts
        )

    def _stamp_of(self, message: Json, thread: ThreadRef) -> MessageStamp | None:
        if message.get("bot_id") != self._bot_id:
            return None
        return self._signer.read(
            message, team=thread.team_id, channel=thread.channel_id, thread_ts=thread.thread_ts
        )
