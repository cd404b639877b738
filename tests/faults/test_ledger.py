"""The ledger's own eyes: each violation, made by hand after a run that went well, is seen."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

import pytest

from bot.adapters.slack.buttons.reply_buttons import APPROVE, STOP
from bot.playground.slack.workspace.messages import Message, snapshot
from bot.playground.slack.workspace.state import Session, Status
from tests.faults import features, scenarios
from tests.faults.ledger import Ledger
from tests.faults.rig import Rig
from tests.faults.running import run
from tests.faults.workload import Habits

pytestmark = [pytest.mark.faults, pytest.mark.long]

QUIETLY = Habits(hurry=0.0, directly=0.5)

Tamper = Callable[[Rig], None]


def replies(rig: Rig) -> list[Message]:
    """What the bot said under an expert's name."""
    return [message for message in ours(rig) if message.username]


def ours(rig: Rig) -> list[Message]:
    """What the bot said."""
    all_ = (m for channel in rig.channels for m in rig.slack.workspace.messages(channel))
    return [message for message in all_ if message.bot_id]


def repeat(rig: Rig, holds: str) -> None:
    """Post once more what *holds* some words."""
    message = snapshot(next(m for m in ours(rig) if holds in str([m.text, m.blocks])))
    message.ts = rig.slack.workspace.new_ts()
    rig.slack.workspace.post(message)


def do_twice(rig: Rig) -> None:
    rig.shop.calls.append(rig.shop.calls[0])


def do_unasked(rig: Rig) -> None:
    done = {told["title"] for _, told in rig.shop.calls}
    texts = [m.text for channel in rig.channels for m in rig.slack.workspace.messages(channel)]
    wanted = {text.split('title: "')[1].split('"')[0] for text in texts if 'title: "' in text}
    rig.shop.calls.append(("open_ticket", {"title": min(wanted - done)}))


def leave_undecided(rig: Rig) -> None:
    for message in ours(rig):
        if "wants to use" in message.text:
            message.blocks = [one for one in message.blocks if one["type"] == "markdown"]


def leave_button(action: str) -> Tamper:
    button = {"type": "button", "action_id": action}
    return lambda rig: replies(rig)[0].blocks.append({"type": "actions", "elements": [button]})


def leave_stream(rig: Rig) -> None:
    replies(rig)[0].streaming = True


def change_text(old: str, new: str) -> Tamper:
    def change(rig: Rig) -> None:
        message = next(one for one in replies(rig) if old in str([one.text, one.blocks]))
        message.text = message.text.replace(old, new)
        for block in message.blocks:
            if block["type"] == "markdown":
                block["text"] = block["text"].replace(old, new)

    return change


def leave_plan(rig: Rig) -> None:
    task = {"status": "in_progress"}
    plan = {"type": "plan", "title": "Asking", "tasks": [task]}
    replies(rig)[0].blocks.append(plan)


def leave_status(rig: Rig) -> None:
    message = replies(rig)[0]
    rig.slack.workspace.set_status(Status(message.channel, message.thread_ts or "", "is thinking"))


def leave_session(rig: Rig) -> None:
    message = replies(rig)[0]
    session = Session("processing", "A title")
    rig.slack.workspace.set_session(message.channel, message.thread_ts or "", session)


def leave_call(rig: Rig) -> None:
    conversation = next(one for one in rig.openai.conversations.values() if one.items)
    call = {"type": "function_call", "call_id": "call_lost", "name": "consult_legal"}
    conversation.items.append(call | {"id": "fc_lost", "arguments": "{}"})


def answer_twice(rig: Rig) -> None:
    conversation = next(
        one
        for one in rig.openai.conversations.values()
        if one.items and one.items[-1]["type"] == "message" and "expert" in str(one.metadata)
    )
    conversation.items.append(conversation.items[-1])


def call_again(rig: Rig, key: str = "") -> None:
    log = rig.folder / "installed" / "calls.log"
    function, own, _, asked = log.read_text().splitlines()[0].split("|")
    with log.open("a") as lines:
        lines.write(f"{function}|{key or own}|1|{asked}\n")


def store_twice(rig: Rig) -> None:
    files = rig.slack.workspace.files
    made = next(one for one in files.values() if one["name"].endswith(".csv"))
    files["F0AGAIN"] = made | {"id": "F0AGAIN", "permalink": "https://again.example/"}


def read_twice(rig: Rig) -> None:
    for conversation in rig.openai.conversations.values():
        for item in conversation.items:
            if "This is paper" in str(item):
                conversation.items.append(item)
                return


EVERYWHERE: Mapping[str, Tamper] = MappingProxyType(
    {
        "a stream is open": leave_stream,
        "a plan is left": leave_plan,
        "a status is left": leave_status,
        "without its output": leave_call,
        "a button is left": leave_button(STOP),
        "answered 2 times": lambda rig: repeat(rig, " answers Q"),
        "session is still processing": leave_session,
    }
)
PIECE = "And 2 more."
STREAMED: Mapping[str, Tamper] = {
    "is shown as": change_text(PIECE, f"{PIECE}\n\n{PIECE}"),
    "shown as": change_text("That is all.", ""),
    **EVERYWHERE,
}
OF_FEATURES: Mapping[str, Mapping[str, Tamper]] = {
    "approvals": {
        "is done 2 times, and approved 1": do_twice,
        "is done 1 times, and approved 0": do_unasked,
        "is to be decided on 2 times": lambda rig: repeat(rig, "wants to use"),
        "is left undecided": leave_undecided,
        "a button is left": leave_button(APPROVE),
    },
    "streams": STREAMED,
    "direct messages": STREAMED,
    "functions": {
        "is called 2 times": call_again,
        "is called with 2 keys": lambda rig: call_again(rig, "another"),
    },
    "colleagues": {"answered Q": answer_twice},
    "files": {
        "stored 2 times": store_twice,
        "shown 2 times": lambda rig: repeat(rig, ".csv|"),
        "was given paper": read_twice,
    },
}


@pytest.mark.parametrize("feature", features.FEATURES, ids=lambda one: one.name)
async def test_each_violation_is_seen(feature: features.Feature, tmp_path: Path):
    missed = []

    def tamper(rig: Rig, ledger: Ledger) -> None:
        for words, violate in OF_FEATURES[feature.name].items():
            before = set(ledger.complaints())
            violate(rig)
            new = set(ledger.complaints()) - before
            if not any(words in one for one in new):
                missed.append((words, new))

    quiet = scenarios.Scenario(feature.name, scenarios.calm, habits=QUIETLY, feature=feature)
    outcome = await run(quiet, 8, 1, tmp_path, afterwards=tamper)

    assert (outcome.complaints, missed) == ((), [])
