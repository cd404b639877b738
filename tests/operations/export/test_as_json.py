import json

from bot.operations.export.as_json import data
from tests.operations.export.archives import ARCHIVE, PERMALINK, evil


def test_machines_get_everything():
    told = json.loads(data(ARCHIVE))

    assert told["thread"] == {
        "team": "T1",
        "channel": "C1",
        "ts": "1763671234.000100",
        "permalink": PERMALINK,
    }
    ada, legal = told["messages"]
    assert (ada["speaker"], ada["time"], ada["format"]) == (
        "Ada",
        "2025-11-20T20:40:34+00:00",
        "plain",
    )
    assert (legal["expert"], legal["call_id"], legal["format"]) == ("legal", "call_1", "markdown")
    router, expert, gone = told["conversations"]
    assert [item["type"] for item in router["items"]] == ["message", "call", "output", "message"]
    assert router["items"][1]["arguments"]["reason"] == "Licences."
    assert router["items"][1]["expert"] == "legal"
    assert expert["items"][1] == {"type": "tool_used", "tool": "web_search"}
    assert expert["items"][2] == {
        "type": "approval_wanted",
        "request": "mcpr_1",
        "server": "shop",
        "tool": "open_ticket",
        "arguments": '{"title": "Broken"}',
    }
    assert expert["items"][3]["reason"] == "Ann approves of it."
    assert expert["items"][3]["approved"]
    assert expert["items"][4]["sources"][1] == {"title": "law.pdf", "url": ""}
    assert expert["items"][4]["files"] == [
        {"name": "chart.png", "about": "Costs by year", "base64": "iVBORw0KGgo="},
        {"name": "costs.csv", "about": "", "base64": "YSxi"},
        {"name": "gone.csv", "about": ""},
    ]
    assert (gone["gone"], gone["items"]) == (True, [])


def test_texts_stay_as_they_are():
    told = json.loads(data(evil()))
    assert told["messages"][0]["text"] == evil().messages[0].text
