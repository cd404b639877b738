"""Plans whose turn is over, rewritten from what they show: nothing else may be left of the turn."""

import re
from collections.abc import Callable, Collection, Sequence
from itertools import chain

from bot.adapters.slack.blocks.elements import literal, section
from bot.adapters.slack.blocks.messages import state_words
from bot.adapters.slack.buttons.reply_buttons import STOP
from bot.adapters.slack.markdown import sanitize
from bot.json_types import Json
from bot.panel.messaging.messenger import TaskState

_ASKING, _WORKING = "pending", "in_progress"


def decided(message: Json, call: str, name: str, words: str, *, done: bool) -> Json | None:
    """Return the plan with *words* about *call*, by the expert *name*; None if it does not ask."""

    def is_meant(card: Json) -> bool:
        return card.get("task_id") == call and card.get("status") == _ASKING

    blocks, titles = _settled(message["blocks"], is_meant, words, "complete" if done else "error")
    if not any(block["type"] == "plan" for block in blocks):  # as where Slack knows no plans
        titles = [name]
    state = TaskState.DONE if done else TaskState.FAILED
    said = f"{state_words(state)}; {words}"
    text = _say(message["text"], titles, said, [TaskState.ASKING])
    return None if text == message["text"] and not titles else _message(blocks, text)


def lost(message: Json, title: str, words: str, waiting: Collection[str]) -> Json | None:
    """Return the plan without *Stop*, with *words* about whatever is unfinished but the calls
    that are *waiting* for approval; None if nothing is. *title* says that a turn did not end.
    """

    def is_lost(card: Json) -> bool:
        is_waiting = card.get("status") == _ASKING and card.get("task_id") not in waiting
        return is_waiting or card.get("status") == _WORKING

    blocks, titles = _settled(message["blocks"], is_lost, words, "error")
    unstopped = list(chain.from_iterable(map(_without_stop, blocks)))
    if unstopped == message["blocks"]:
        return None
    said = f"{state_words(TaskState.FAILED)}; {words}"
    text = _say(message["text"], titles, said, [TaskState.ASKING, TaskState.WORKING])
    if unstopped != blocks:
        unstopped = [_titled(block, title) for block in unstopped]
        text = "\n".join([sanitize.mrkdwn(title), *text.split("\n")[1:]])
    return _message(unstopped, text)


def plain(message: Json) -> Json:
    """Return *message* where Slack does not know plans."""
    others = [block for block in message["blocks"] if block["type"] not in {"plan", "section"}]
    return {**message, "blocks": [section(message["text"]), *others]}


def _message(blocks: Sequence[Json], text: str) -> Json:
    message = {"blocks": list(blocks), "text": text}
    is_plan = any(block["type"] == "plan" for block in blocks)
    return message if is_plan else plain(message)


def _settled(
    blocks: Sequence[Json], is_meant: Callable[[Json], bool], words: str, status: str
) -> tuple[list[Json], list[str]]:
    """Return *blocks* with the cards that are meant settled, and the former titles of these."""
    titles, new = [], []
    for block in blocks:
        cards = []
        for card in block.get("tasks", []) if block["type"] == "plan" else []:
            if is_meant(card):
                titles.append(card["title"])
                ended = literal(f"{card['title']} ({words})", 120)
                cards.append({**card, "title": ended, "status": status})
            else:
                cards.append(card)
        new.append({**block, "tasks": cards} if cards else block)
    return new, titles


def _without_stop(block: Json) -> list[Json]:
    if block["type"] != "actions":
        return [block]
    elements = [one for one in block["elements"] if one.get("action_id") != STOP]
    return [{**block, "elements": elements}] if elements else []


def _titled(block: Json, title: str) -> Json:
    return {**block, "title": literal(title, 250)} if block["type"] == "plan" else block


def _say(text: str, titles: Sequence[str], words: str, before: Sequence[TaskState]) -> str:
    """Return the *text* of a plan, with *words* in its lines about *titles*.

    Of two lines about one expert, that which says the state *before* in our language is meant.
    """
    known = "|".join(re.escape(state_words(state)) for state in before)
    for title in titles:
        line = rf"(?m)^(• {re.escape(sanitize.mrkdwn(title))}) "
        for state in (known, r"[^()\n]*"):
            said = rf"\1 ({_literally(words)})"
            new, found = re.subn(rf"{line}\((?:{state})\)", said, text, count=1)
            if found:
                text = new
                break
    return text


def _literally(words: str) -> str:
    return sanitize.mrkdwn(words).replace("\\", "\\\\")
