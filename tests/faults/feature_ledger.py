"""The reckoning of features: what was decided, called, made and shown, each once.

1. An expert asks for a decision once for a question; what is approved is done once, and nothing
   else; no buttons are left.
2. A function is called again with the same key only after the process that ran it was hurt.
3. A file that an expert makes is stored once and shown once; one that people attach is read once.
4. No session in a thread says that it is still being worked on.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from bot.adapters.slack.buttons.reply_buttons import STOP
from bot.playground.openai.items.items import text_of
from bot.playground.openai.stand_in.brain import is_user
from bot.playground.slack.workspace.company import BOT_USER
from bot.playground.slack.workspace.messages import Message
from tests.faults import installed
from tests.faults.brain import Wish, made_by
from tests.faults.deciders import wants_decision
from tests.faults.rig import Rig
from tests.faults.workload import Question, attached


def complaints(rig: Rig, questions: Iterable[Question]) -> Iterator[str]:
    """Yield what is wrong."""
    asked = [(one, expert) for one in questions for expert in one.experts]
    posted = [one for channel in rig.channels for one in rig.slack.workspace.messages(channel)]
    ours = [one for one in posted if one.bot_id]
    match rig.feature.wish:
        case Wish.TICKET:
            yield from _of_tickets(rig, ours, asked)
        case Wish.FILE:
            yield from _of_made_files(rig, ours, asked)
    if rig.feature.attaches:
        yield from _of_attached_files(rig)
    yield from _of_functions(rig)
    yield from _of_sessions(rig)
    for message in ours:
        if _is_stoppable(message) or wants_decision(message):
            yield f"{message.channel}/{message.ts}: a button is left under {message.text[:40]!r}"


def _of_tickets(
    rig: Rig, ours: Sequence[Message], asked: Iterable[tuple[Question, str]]
) -> Iterator[str]:
    opened = Counter(str(told.get("title")) for _, told in rig.shop.calls)
    for question, expert in asked:
        title = made_by(expert, question.number)
        about = [m for m in ours if f'"{title}"' in m.text and "wants to use" in m.text]
        if len(about) != 1:
            yield f"{title} is to be decided on {len(about)} times"
        approved = sum("Approved by" in json.dumps(m.blocks) for m in about)
        if opened[title] != approved:
            yield f"{title} is done {opened[title]} times, and approved {approved} times"
        yield from (f"{title} is left undecided" for m in about if not _is_decided(m))


def _is_decided(message: Message) -> bool:
    shown = json.dumps(message.blocks)
    return any(words in shown for words in ("Approved by", "Declined by", "Nobody decided"))


def _of_made_files(
    rig: Rig, ours: Sequence[Message], asked: Iterable[tuple[Question, str]]
) -> Iterator[str]:
    stored = [one for one in rig.slack.workspace.files.values() if one["user"] == BOT_USER]
    shown = [json.dumps([message.text, message.blocks]) for message in ours]
    for question, expert in asked:
        name = f"{made_by(expert, question.number)}.csv"
        own = [one for one in stored if one["name"] == name]
        times = sum(one["permalink"] in text for one in own for text in shown)
        if (len(own), times) != (1, 1):
            yield f"{name} is stored {len(own)} times and shown {times} times"


def _of_attached_files(rig: Rig) -> Iterator[str]:
    for conversation in rig.openai.conversations.values():
        told = [text_of(item) for item in conversation.items if is_user(item)]
        texts = "".join(text for text in told if not text.startswith("<earlier>"))
        for question in {int(part.split(".")[0]) for part in texts.split("This is paper ")[1:]}:
            times = texts.count(attached(question)[1].decode())
            if times > 1:
                yield f"{conversation.id} was given paper {question} {times} times"


def _of_functions(rig: Rig) -> Iterator[str]:
    for key, processes in installed.calls(rig.folder).items():
        if unhurt := [one for one in processes[:-1] if one not in rig.fleet.hurt]:
            yield f"{key} is called {len(processes)} times, and {unhurt} were not hurt"


def _of_sessions(rig: Rig) -> Iterator[str]:
    for (channel, thread_ts), session in rig.slack.workspace.sessions.items():
        if session.status == "processing":
            yield f"{channel}/{thread_ts}: the session is still processing"


def _is_stoppable(message: Message) -> bool:
    rows = (block["elements"] for block in message.blocks if block["type"] == "actions")
    return any(element.get("action_id") == STOP for row in rows for element in row)
