"""The reckoning of features: what was decided, called, made and shown, each once.

1. An expert asks for a decision once for a question; what is approved is done once, and nothing
   else; no buttons are left.
2. A function is called for a question with one key, and again with it only after the process that
   ran it was hurt.
3. A file that an expert makes is stored once and shown once; one that people attach is read once
   with the question that it came with.
4. What an expert writes piece by piece is shown to its end, each piece once and in order.
5. No session in a thread says that it is still being worked on.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from bot.adapters.slack.buttons.reply_buttons import STOP
from bot.playground.openai.items.items import text_of
from bot.playground.openai.stand_in.brain import is_user
from bot.playground.slack.workspace.company import BOT_USER
from bot.playground.slack.workspace.messages import Message
from tests.faults import installed
from tests.faults.deciders import wants_decision
from tests.faults.rig import Rig
from tests.faults.workload import papers_in, shown_text
from tests.reckoning.questions import Wish, asked_in, made_by, named_in, paragraphs
from tests.reckoning.records import Question

Asked = tuple[Question, str]  # a question, and an expert who is to answer it


def complaints(rig: Rig, questions: Iterable[Question]) -> Iterator[str]:
    """Yield what is wrong."""
    asked = [(one, expert) for one in questions for expert in one.experts]
    posted = [one for channel in rig.channels for one in rig.slack.workspace.messages(channel)]
    ours = [one for one in posted if one.bot_id]
    yield from _of_tickets(rig, ours, _wishing(Wish.TICKET, asked))
    yield from _of_made_files(rig, ours, _wishing(Wish.FILE, asked))
    yield from _of_paragraphs(ours, _wishing(Wish.PARAGRAPHS, asked))
    yield from _of_attached_files(rig)
    yield from _of_functions(rig)
    yield from _of_sessions(rig)
    for message in ours:
        if _is_stoppable(message) or wants_decision(message):
            yield f"{message.channel}/{message.ts}: a button is left under {message.text[:40]!r}"


def _wishing(wish: Wish, asked: Sequence[Asked]) -> Sequence[Asked]:
    return [(question, expert) for question, expert in asked if question.wish is wish]


def _of_tickets(rig: Rig, ours: Sequence[Message], asked: Iterable[Asked]) -> Iterator[str]:
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


def _of_made_files(rig: Rig, ours: Sequence[Message], asked: Iterable[Asked]) -> Iterator[str]:
    stored = [one for one in rig.slack.workspace.files.values() if one["user"] == BOT_USER]
    shown = [json.dumps([message.text, message.blocks]) for message in ours]
    for question, expert in asked:
        name = f"{made_by(expert, question.number)}.csv"
        own = [one for one in stored if one["name"] == name]
        times = sum(one["permalink"] in text for one in own for text in shown)
        if (len(own), times) != (1, 1):
            yield f"{name} is stored {len(own)} times and shown {times} times"


def _of_paragraphs(ours: Iterable[Message], asked: Iterable[Asked]) -> Iterator[str]:
    wishing = {question.number for question, _ in asked}
    replies: defaultdict[tuple[str, str], str] = defaultdict(str)
    for message in ours:
        payload = (message.metadata or {}).get("event_payload", {})
        kind, _, rest = str(payload.get("part", "")).partition(":")
        if kind == "reply" and "could not answer" not in message.text:
            replies[payload["turn"], rest.rpartition(":")[0]] += f"\n\n{shown_text(message)}"
    for (turn, call), text in replies.items():
        if wishing.isdisjoint(named_in(text)):
            continue
        words = text.split()
        written = "".join(paragraphs(words[0] if words else "", named_in(text)))
        if words != written.split():
            yield f"the reply of {turn} to {call} is shown as {text!r}"


def _of_attached_files(rig: Rig) -> Iterator[str]:
    """Look at who was given what people attached.

    A message whose event comes late may have been quoted before to the router, as what was said
    earlier; an expert who was asked then got its file, and gets it again with the question itself.
    """
    told = {
        conversation.id: [text_of(item) for item in conversation.items if is_user(item)]
        for conversation in rig.openai.conversations.values()
    }
    earlier = (text for texts in told.values() for text in texts if text.startswith("<earlier>"))
    quoted = {one.number for text in earlier for one in asked_in(text)}
    for conversation, texts in told.items():
        given = Counter[tuple[int, bool]]()
        for text in texts:
            own = [one.number for one in asked_in(text)]
            given.update((number, number in own) for number in papers_in(text))
        for (number, is_own), times in given.items():
            if times > (is_own or number in quoted):
                how = "with its question" if is_own else "with another one"
                yield f"{conversation} was given paper {number} {times} times {how}"


def _of_functions(rig: Rig) -> Iterator[str]:
    processes, keys = defaultdict[str, list[int]](list), defaultdict[str, set[str]](set)
    for one in installed.calls(rig.folder):
        processes[one.key].append(one.process)
        keys[f"{one.function} for {one.asked}"].add(one.key)
    for key, ran in processes.items():
        if unhurt := [one for one in ran[:-1] if one not in rig.fleet.hurt]:
            yield f"{key} is called {len(ran)} times, and {unhurt} were not hurt"
    for what, own in keys.items():
        if len(own) > 1:
            yield f"{what} is called with {len(own)} keys"


def _of_sessions(rig: Rig) -> Iterator[str]:
    for (channel, thread_ts), session in rig.slack.workspace.sessions.items():
        if session.status == "processing":
            yield f"{channel}/{thread_ts}: the session is still processing"


def _is_stoppable(message: Message) -> bool:
    rows = (block["elements"] for block in message.blocks if block["type"] == "actions")
    return any(element.get("action_id") == STOP for row in rows for element in row)
