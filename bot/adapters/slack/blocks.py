"""Messages as Slack's blocks, each with the words that say the same without them."""

from collections.abc import Sequence
from typing import Any

from bot.adapters.slack import text
from bot.panel.model import Persona
from bot.panel.ports import PlanTask, TaskState

Json = dict[str, Any]

LONGEST_FALLBACK = 3_000

_STATES = {
    TaskState.WORKING: "in_progress",
    TaskState.DONE: "complete",
    TaskState.FAILED: "error",
}
_WORDS = {
    TaskState.WORKING: "at work",
    TaskState.DONE: "answered",
    TaskState.FAILED: "no answer",
}


def reply(markdown: str) -> list[Json]:
    """Return a message of neutralised Markdown."""
    return [{"type": "markdown", "text": markdown}]


def introduced(persona: Persona, markdown: str) -> str:
    """Return *markdown* led by the speaker's name, where Slack shows no personas."""
    return f"{persona.icon} **{text.markdown(persona.name)}**\n\n{markdown}"


def fallback(markdown: str) -> str:
    """Return what notifications and screen readers get."""
    return text.plain(markdown, LONGEST_FALLBACK) or "…"


def plan(title: str, tasks: Sequence[PlanTask]) -> list[Json]:
    """Return the plan: who is asked and why, and how far they are."""
    return [
        {
            "type": "plan",
            "title": text.plain(title, 250),
            "tasks": [_task(task) for task in tasks],
        }
    ]


def plain_plan(title: str, tasks: Sequence[PlanTask]) -> list[Json]:
    """Return the plan for a Slack that does not know plan blocks."""
    words = {"type": "mrkdwn", "text": plan_in_words(title, tasks), "verbatim": True}
    return [{"type": "section", "text": words}]


def plan_in_words(title: str, tasks: Sequence[PlanTask]) -> str:
    """Return the plan as text."""
    lines = [text.mrkdwn(title)]
    for task in tasks:
        why = f": {text.mrkdwn(task.reason)}" if task.reason else ""
        lines.append(f"• {text.mrkdwn(task.persona.name)} ({_WORDS[task.state]}){why}")
    return "\n".join(lines)[:LONGEST_FALLBACK]


def _task(task: PlanTask) -> Json:
    card: Json = {
        "type": "task_card",
        "task_id": task.id,
        "title": text.plain(task.persona.name, 80),
        "status": _STATES[task.state],
    }
    if task.reason:
        said = {"type": "text", "text": text.plain(task.reason, 500)}
        section = {"type": "rich_text_section", "elements": [said]}
        card["details"] = {"type": "rich_text", "elements": [section]}
    return card
