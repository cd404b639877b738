"""Shapes of messages as Slack delivers them, and what must be read of each."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.playground.slack.workspace.company import ADA, MONITOR
from bot.playground.slack.workspace.messages import Message

Json = dict[str, Any]


@dataclass(frozen=True)
class Shape:
    """A message, and the words that models must read of it."""

    name: str
    message: Json
    must_read: tuple[str, ...]

    @property
    def is_by_an_app(self) -> bool:
        """Whether an app posts it."""
        return "bot_id" in self.message


def text(said: str, **style: bool) -> Json:
    return {"type": "text", "text": said} | ({"style": style} if style else {})


def section(*parts: Json) -> Json:
    return {"type": "rich_text_section", "elements": list(parts)}


def rich(*elements: Json) -> Json:
    return {"type": "rich_text", "elements": list(elements)}


def mrkdwn(said: str) -> Json:
    return {"type": "mrkdwn", "text": said}


def table(*rows: tuple[str, ...], kind: str = "table", **more: Any) -> Json:
    cells = [[{"type": "raw_text", "text": cell} for cell in row] for row in rows]
    return {"type": kind, "rows": cells, **more}


FEES = table(("Vendor", "Fee"), ("Kestrel", "4200"), ("Plover", "3100"))


def forward(said: str, *blocks: Json, **more: Any) -> Json:
    """A forwarded message of Nora's; without *blocks*, only its text is there."""
    inside = [{"channel": "C0INC", "ts": "1795000000.000100", "message": {"blocks": list(blocks)}}]
    return {
        "is_share": True,
        "is_msg_unfurl": True,
        "author_name": "Nora",
        "author_id": "U0NORA",
        "channel_name": "incidents",
        "channel_id": "C0INC",
        "ts": "1795000000.000100",
        "from_url": "https://acme.slack.com/archives/C0INC/p1795000000000100",
        "text": said,
        "fallback": f"[November 18th] Nora: {said}",
        "footer": "Slack Conversation in incidents",
        **({"message_blocks": inside} if blocks else {}),
        **more,
    }


LEAK = "The pump in hall seven leaks again."
ALERT = {"subtype": "bot_message", "bot_id": "B0OTHER", "username": "Monitor"}
LAYOUT = {
    "type": "layout",
    "label": "Boats",
    "rows": [{"cells": [{"blocks": [{"type": "section", "text": mrkdwn("*Heron* is moored")}]}]}],
    "fallback": [{"type": "section", "text": mrkdwn("*Heron* is moored")}],
}
CHART = {
    "type": "data_visualization",
    "title": "Boats by pier",
    "chart": {
        "type": "bar",
        "series": [{"name": "2026", "data": [{"label": "North", "value": 17}]}],
        "axis_config": {"categories": ["North"], "x_label": "Pier"},
    },
}
CLIP = {
    "id": "F0CLIP",
    "name": "clip.m4a",
    "mimetype": "audio/mp4",
    "subtype": "slack_audio",
    "transcription": {
        "status": "complete",
        "locale": "en-US",
        "preview": {"content": "is the pump covered by the warranty", "has_more": False},
    },
}

OWN_SHAPES = (
    Shape("a pasted table", {"text": "", "attachments": [{"blocks": [FEES]}]}, ("4200", "Plover")),
    Shape("a table block", {"text": "compare", "blocks": [rich(section(text("compare"))), FEES]},
          ("compare", "4200")),
    Shape("a data table", {"text": "", "blocks": [table(("A", "B"), ("one", "two"),
          kind="data_table", caption="All boats")]}, ("All boats", "one", "two")),
    Shape("a forward", {"text": "look", "attachments": [forward(LEAK, rich(section(text(LEAK))))]},
          ("look", "hall seven", "Nora", "incidents", "2026-11-18")),
    Shape("a forward with its text only", {"text": "", "attachments": [forward(LEAK)]},
          ("hall seven", "Nora")),
    Shape("a forward with its fallback only", {"text": "", "attachments": [
          {"is_share": True, "fallback": f"[November 18th] Nora: {LEAK}"}]},
          ("hall seven", "Nora")),
    Shape("a forwarded table", {"text": "", "attachments": [forward("", FEES)]}, ("Nora", "4200")),
    Shape("a forward of an alert", {"text": "", "attachments": [forward("", message_blocks=[
          {"message": {"attachments": [{"title": "Disk full", "text": "93 %"}]}}])]},
          ("Nora", "Disk full", "93 %")),
    Shape("a preview", {"text": "see https://example.org/page", "attachments": [
          {"from_url": "https://example.org/page", "service_name": "Example",
           "title": "Rules of the harbour", "text": "Boats keep to the right."}]},
          ("Rules of the harbour", "keep to the right", "Example")),
    Shape("an alert in an attachment", {**ALERT, "text": "", "attachments": [
          {"pretext": "Look here", "title": "Disk full", "text": "93 % used", "footer": "rack 5",
           "fallback": "Disk full", "fields": [{"title": "Severity", "value": "high"}]}]},
          ("Look here", "Disk full", "93 %", "Severity", "high", "rack 5")),
    Shape("an alert in blocks", {**ALERT, "text": "", "blocks": [
          {"type": "header", "text": {"type": "plain_text", "text": "Deploy 88 failed"}},
          {"type": "section", "text": mrkdwn("*Step:* migrate"),
           "fields": [mrkdwn("*Owner*\nquay")],
           "accessory": {"type": "image", "image_url": "https://x.example", "alt_text": "a graph"}},
          {"type": "context", "elements": [mrkdwn("run 4711")]},
          {"type": "markdown", "text": "**Next:** roll back"},
          {"type": "image", "image_url": "https://x.example/i", "alt_text": "a red light",
           "title": {"type": "plain_text", "text": "The lamp"}},
          {"type": "actions", "elements": [{"type": "button", "action_id": "a", "value": "secret",
           "text": {"type": "plain_text", "text": "Acknowledge"}}]}]},
          ("Deploy 88", "migrate", "quay", "a graph", "4711", "roll back", "red light", "The lamp",
           "Acknowledge")),
    Shape("an alert with a short text", {**ALERT, "text": "New incident", "blocks": [
          {"type": "section", "text": mrkdwn("*INC-52* pump in hall seven leaks")}]},
          ("INC-52", "hall seven", "New incident")),
    Shape("a layout", {**ALERT, "text": "", "blocks": [LAYOUT]}, ("Boats", "Heron")),
    Shape("a chart", {**ALERT, "text": "", "blocks": [CHART]}, ("Boats by pier", "North", "17")),
    Shape("a block that nobody knows", {**ALERT, "text": "", "blocks": [
          {"type": "hologram", "scene": {"words": [{"spoken": "the tide is high"}]},
           "facts": [{"label": "Depth", "value": "nine fathoms"}]}]},
          ("the tide is high", "Depth", "nine fathoms")),
    Shape("a voice clip", {"text": "", "files": [CLIP]}, ("covered by the warranty", "clip.m4a")),
    Shape("a forwarded voice clip", {"text": "", "attachments": [forward("", files=[CLIP])]},
          ("Nora", "covered by the warranty")),
    Shape("a forwarded e-mail", {"text": "", "files": [{"id": "F0MAIL", "filetype": "email",
          "title": "Your offer", "mimetype": "text/html", "plain_text": "We take it."}]},
          ("Your offer", "We take it.")),
)  # fmt: skip


def _shared() -> tuple[Shape, ...]:
    """The shapes that all helpers of this project agreed on, where they are at hand."""
    folder = Path(os.environ.get("PANELBOT_SHARED") or Path(__file__).parents[2] / "shared")
    path = folder / "cases/slack_message_shapes.json"
    shapes = json.loads(path.read_text())["shapes"] if path.exists() else []
    return tuple(
        Shape(s["name"], s["message"], tuple(s["model_must_read"]))
        for s in shapes
        if "user_profile" not in s["message"] and "the file's text" not in s["model_must_read"]
    )


SHAPES = (*OWN_SHAPES, *_shared())


def post(slack: Any, shape: Shape, channel: str, thread_ts: str | None = None) -> str:
    """Let Ada, or another app, post *shape* in a local Slack; returns its ts."""
    message = slack.workspace.post(
        Message(
            slack.workspace.new_ts(),
            channel,
            shape.message["text"],
            user=None if shape.is_by_an_app else ADA,
            bot_id=MONITOR if shape.is_by_an_app else None,
            username=shape.message.get("username"),
            subtype=shape.message.get("subtype"),
            thread_ts=thread_ts,
            blocks=shape.message.get("blocks", []),
            attachments=shape.message.get("attachments", []),
            files=shape.message.get("files", []),
        )
    )
    return str(message.ts)
