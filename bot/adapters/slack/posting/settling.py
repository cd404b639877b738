"""Messages that seem to wait for something, of turns that are over: what they show in the end.

They are rewritten from what the outbox is about to show, else from what Slack shows.
"""

from collections.abc import Collection, Mapping
from contextlib import aclosing

from bot.adapters.slack.api import last_states
from bot.adapters.slack.api.metadata import MessageStamp
from bot.adapters.slack.blocks.elements import note
from bot.adapters.slack.buttons.reply_buttons import CHOOSE_ROUTER, DECLINE, STOP
from bot.adapters.slack.markdown import sanitize
from bot.adapters.slack.posting import settled_plans
from bot.adapters.slack.threads.replies import Replies
from bot.json_types import Json
from bot.panel.approvals import approval_texts
from bot.panel.approvals.approval_texts import Undecided
from bot.panel.journal.posts import PLAN
from bot.panel.messaging.messenger import PlanTask, TaskState
from bot.panel.messaging.outbox import LastState, Outbox
from bot.panel.model import ApprovalId, MessageTs, ThreadRef, TurnId
from bot.panel.texts import sentences

_MOST_MESSAGES = 500  # of a thread, the newest: what is older was ended long ago


class Settling:
    """The part of a Messenger that finds such messages in threads."""

    def __init__(self, replies: Replies, outbox: Outbox) -> None:
        self._replies = replies
        self._outbox = outbox

    async def plan_decided(
        self, thread: ThreadRef, turn: TurnId, task: PlanTask, words: str
    ) -> LastState | None:
        on_its_way = await self._outbox.of(thread)  # first: what is sent by then, Slack shows
        message = await self._replies.find(thread, turn, PLAN)
        last = _last(message, on_its_way) if message else None
        done, name = task.state is TaskState.DONE, task.persona.name
        content = settled_plans.decided(last, task.id, name, words, done=done) if last else None
        return _plan(thread, message["ts"], content) if message and content else None

    async def settled(
        self,
        thread: ThreadRef,
        besides: TurnId | None,
        until: MessageTs | None,
        waiting: Collection[ApprovalId],
    ) -> list[LastState]:
        on_its_way, states = await self._outbox.of(thread), []
        replies = self._replies.newest_first(thread, latest=until, most=_MOST_MESSAGES)
        async with aclosing(replies):
            async for message in replies:
                stamp = self._replies.stamp(message, thread)
                if stamp and stamp.turn != besides and (last := _last(message, on_its_way)):
                    state = _settled(thread, {**last, "ts": message["ts"]}, stamp, waiting)
                    states += [state] if state else []
        return states[::-1]

    async def ended_requests(
        self, thread: ThreadRef, requests: Collection[MessageTs]
    ) -> list[MessageTs]:
        shown = self._replies.of(thread, oldest=min(requests), latest=max(requests))
        async with aclosing(shown) as replies:
            return [
                ts
                async for message in replies
                if (ts := message["ts"]) in requests and DECLINE not in _buttons(message)
            ]


def _settled(
    thread: ThreadRef, message: Json, stamp: MessageStamp, waiting: Collection[ApprovalId]
) -> LastState | None:
    ts, pressed = message["ts"], _buttons(message)
    if stamp.part == PLAN:
        calls = {one.removeprefix(f"{stamp.turn}/").partition("/")[0] for one in waiting}
        words = approval_texts.in_the_plan(Undecided.LOST)
        content = settled_plans.lost(message, sentences.lost_track(), words, calls)
        return _plan(thread, ts, content) if content else None
    if STOP in pressed:  # a note that the turn is delayed
        return last_states.deleted(thread, ts)
    if CHOOSE_ROUTER in pressed:
        return _ended(thread, message, sentences.passed_over())
    if DECLINE in pressed and pressed[DECLINE] not in waiting:
        return _ended(thread, message, approval_texts.ended(Undecided.LOST))
    return None


def _ended(thread: ThreadRef, message: Json, words: str) -> LastState:
    """Return the state in which *words* replace the buttons of *message*."""
    blocks = [block for block in message["blocks"] if block["type"] != "actions"]
    text = f"{message['text']}\n{words}"
    content = {"blocks": [*blocks, note(sanitize.mrkdwn(words))], "text": text}
    return last_states.updated(thread, message["ts"], content)


def _last(message: Json, on_its_way: Mapping[str, LastState]) -> Json | None:
    """Return what *message* shows, or is about to show; None if that is nothing with blocks."""
    state = on_its_way.get(message["ts"])
    shown = last_states.content(state) if state else message
    return {"text": "", **shown} if shown and shown.get("blocks") else None


def _buttons(message: Json) -> dict[str, str]:
    """Return the buttons of *message*, and their values."""
    actions = (
        block["elements"] for block in message.get("blocks", ()) if block["type"] == "actions"
    )
    return {e.get("action_id", ""): e.get("value", "") for elements in actions for e in elements}


def _plan(thread: ThreadRef, ts: str, content: Json) -> LastState:
    return last_states.updated(thread, ts, content, settled_plans.plain(content))
