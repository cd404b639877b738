"""Messages as Slack's blocks, each with the words that say the same without them."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from bot.adapters.slack.blocks.elements import literal, note, section
from bot.adapters.slack.markdown import sanitize
from bot.json_types import Json
from bot.language import gettext
from bot.panel.messaging.messenger import Ending, PlanTask, TaskState
from bot.panel.model import Persona, UserId

LONGEST_FALLBACK = 3_000
_LONGEST_REASON = 300

_STATES = {
    TaskState.WORKING: "in_progress",
    TaskState.DONE: "complete",
    TaskState.ASKING: "pending",
    TaskState.FAILED: "error",
}


def reply(markdown: str, buttons: Sequence[Json] = ()) -> Json:
    """Return what shows a message of sanitized Markdown, and what can be done with it."""
    shown = [{"type": "markdown", "text": markdown}, *buttons]
    return {"blocks": shown, "text": fallback(markdown)}


def retried(message: Json, by: str) -> Json:
    """Return *message* without its button, saying who pressed it."""
    kept = [block for block in message["blocks"] if block["type"] != "actions"]
    said = gettext("Trying again, as {person} asked.", person=f"<@{by}>")
    context = {"type": "context", "elements": [{"type": "mrkdwn", "text": said}]}
    return {"blocks": [*kept, context], "text": f"{message['text']}\n{said}"}


def ended(markdown: str, ending: Ending) -> Json:
    """Return what shows a message of sanitized Markdown of which nothing is to be decided."""
    shown = reply(markdown, [note(_ending(ending, _mention, _date))])
    return {**shown, "text": f"{shown['text']}\n{_ending(ending, _mention, _plain_date)}"}


def _ending(ending: Ending, mention: Callable[[UserId], str], date: Callable[[int], str]) -> str:
    by = mention(ending.by) if ending.by else ""
    return sanitize.mrkdwn(ending.words).format(by=by, at=date(ending.at))


def _mention(user: UserId) -> str:
    return f"<@{user}>"


def _date(at: int) -> str:
    return f"<!date^{at}^{{date_short_pretty}} {{time}}|{_plain_date(at)}>"


def _plain_date(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")


def plain_reply(markdown: str) -> Json:
    """Return what shows the message where Slack does not take the block: Markdown as it is."""
    return {"text": markdown, "mrkdwn": False}


def introduced(persona: Persona, markdown: str) -> str:
    """Return *markdown* led by the speaker's name, where Slack shows no personas."""
    return f"{persona.icon} **{sanitize.markdown(persona.name)}**\n\n{markdown}"


def fallback(markdown: str) -> str:
    """Return what notifications and screen readers get of sanitized Markdown."""
    bare = markdown.replace("&lt;", "<").replace("&gt;", ">")  # plain makes entities of its own
    return sanitize.one_line(bare, LONGEST_FALLBACK) or "…"


def plan(title: str, tasks: Sequence[PlanTask], buttons: Sequence[Json] = ()) -> Json:
    """Return what shows the plan: who is asked and why, and how far they are."""
    shown = {"type": "plan", "title": literal(title, 250), "tasks": [_task(t) for t in tasks]}
    return {"blocks": [shown, *buttons], "text": plan_in_words(title, tasks)}


def plain_plan(title: str, tasks: Sequence[PlanTask], buttons: Sequence[Json] = ()) -> Json:
    """Return what shows the plan where Slack does not know plan blocks."""
    words = plan_in_words(title, tasks)
    return {"blocks": [section(words), *buttons], "text": words}


def plan_in_words(title: str, tasks: Sequence[PlanTask]) -> str:
    """Return the plan as mrkdwn; of a very long one, as many lines as fit."""
    states = {
        TaskState.WORKING: gettext("at work"),
        TaskState.DONE: gettext("answered"),
        TaskState.ASKING: gettext("asks for approval"),
        TaskState.FAILED: gettext("no answer"),
    }
    words = sanitize.mrkdwn(literal(title, 250))
    for task in tasks:
        why = f": {sanitize.mrkdwn(literal(task.reason, _LONGEST_REASON))}" if task.reason else ""
        line = f"\n• {sanitize.mrkdwn(_who(task))} ({states[task.state]}){why}"
        if len(words) + len(line) <= LONGEST_FALLBACK:
            words += line
    return words


def _who(task: PlanTask) -> str:
    name = task.persona.name
    if not task.asked_by:
        return name
    return gettext("{expert}, asked by {other}", expert=name, other=task.asked_by)


def _task(task: PlanTask) -> Json:
    card: Json = {
        "type": "task_card",
        "task_id": task.id,
        "title": literal(_who(task), 120),
        "status": _STATES[task.state],
    }
    if reason := literal(task.reason, _LONGEST_REASON):
        section = {"type": "rich_text_section", "elements": [{"type": "text", "text": reason}]}
        card["details"] = {"type": "rich_text", "elements": [section]}
    return card
