"""What counts as out of reach for people who hear Slack."""

import pytest

from bot.playground.slack.workspace.company import ADA, BOT_ID, GENERAL
from bot.playground.slack.workspace.messages import Message
from bot.playground.slack.workspace.state import Workspace
from tests.screen_reader import ScreenReader, problems


def plain(words):
    return {"type": "plain_text", "text": words}


def section(words, **more):
    return {"type": "section", "text": {"type": "mrkdwn", "text": words}, **more}


def button(words, label, action="b"):
    told = {"accessibility_label": label} if label else {}
    return {"type": "button", "action_id": action, "text": plain(words), **told}


def actions(*elements):
    return {"type": "actions", "elements": list(elements)}


SAY = section("Legal says yes.")
STATES = [{"type": "task_card", "title": "Legal", "status": "complete"}]
POINTS = [{"label": "Legal", "value": 3}]
CHART = {"type": "data_visualization", "chart": {"type": "bar", "series": [{"data": POINTS}]}}
REMOVE = button("Remove", "Remove a.pdf")
MENU = {"type": "overflow", "action_id": "m", "options": [{"text": plain("Edit"), "value": "e"}]}
SELECT = {"type": "static_select", "action_id": "s", "options": []}


@pytest.mark.parametrize(
    ("text", "blocks", "problem"),
    [
        ("", [SAY], "no words in the text"),
        (":scales: …", [], "no words in the text"),
        ("Legal says.", [SAY], "leaves out ['yes']"),
        ("Legal", [{"type": "plan", "title": "Legal", "tasks": STATES}], "how far"),
        ("Yes :no:", [section(":no:")], "told without words"),
        ("A", [{"type": "image", "image_url": "https://a.example", "alt_text": ""}], "alt_text"),
        ("A", [actions(button("Stop", ""))], "does not say what it acts on"),
        ("A", [actions(button("Stop", "End it"))], "is called otherwise"),
        ("A", [actions(button("Stop", "Stop " * 16))], "too long"),
        ("A", [actions(REMOVE, REMOVE)], "several are called 'Remove a.pdf'"),
        ("A", [section("A", accessory=MENU), section("A", accessory=MENU)], "called 'Edit'"),
        ("A", [section("A", accessory=SELECT)], "a menu without placeholder"),
        ("A", [CHART], "only the chart tells 3"),
    ],
)
def test_what_is_out_of_reach_is_found(text, blocks, problem):
    found = problems({"text": text, "blocks": blocks})

    assert [one for one in found if problem in one] != []


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        ("Legal says: yes!", [SAY]),
        ("R&amp;D costs 3 &lt; 4", [section("*R&amp;D* costs 3 &lt; 4 :moneybag:")]),
        ("Legal: answered", [{"type": "plan", "title": "Legal", "tasks": STATES}]),
        ("A", [actions(button("Stop", "Stop the panel"), button("More", "More of it", "c"))]),
        ("See a.pdf", [section("See <https://a.example/F1|a.pdf>")]),
        ("Legal: 3", [CHART, section("Legal: 3")]),
        ("word " * 600 + "…", [section("word " * 600 + "rest")]),
    ],
)
def test_what_is_within_reach_is_not_complained_of(text, blocks):
    assert problems({"text": text, "blocks": blocks}) == []


def test_it_listens_to_what_the_app_says_and_to_nobody_else():
    workspace = Workspace()
    reader = ScreenReader(workspace)

    workspace.post(Message("1.0", GENERAL, "🙂", user=ADA))
    assert reader.complaints == []

    workspace.post(Message("2.0", GENERAL, "🙂", bot_id=BOT_ID))
    assert reader.complaints == ["no words in the text '🙂'"]
