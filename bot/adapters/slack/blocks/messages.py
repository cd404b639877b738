"""Messages as Slack's blocks, each with a plain text that says the same."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import accumulate

from bot.adapters.slack.blocks.elements import and_more, literal, note, section
from bot.adapters.slack.blocks.simple_text import sections
from bot.adapters.slack.markdown import sanitize
from bot.adapters.slack.markdown.limits import size
from bot.json_types import Json
from bot.language import gettext
from bot.panel.made_files import StoredFile
from bot.panel.messaging.messenger import Ending, PlanTask, TaskState
from bot.panel.model import Persona, UserId

LONGEST_FALLBACK = 3_000
_LONGEST_REASON = 300

_STATES = {
    TaskState.WORKING: "in_progress",
    TaskState.DONE: "complete",
    TaskState.STOPPED: "error",  # Slack has no state for it, and "pending" would never end
    TaskState.ASKING: "pending",
    TaskState.FAILED: "error",
}


def reply(
    markdown: str, buttons: Sequence[Json] = (), *, stored_files: Sequence[StoredFile] = ()
) -> Json:
    """Return a message of sanitized Markdown, with files and buttons below."""
    files = shown_files(stored_files) if stored_files else []
    blocks = [{"type": "markdown", "text": markdown}, *files, *buttons]
    return {"blocks": blocks, "text": fallback(markdown)}


def simplified(message: Json, files: Sequence[StoredFile], longest: int) -> Iterator[Json]:
    """Yield simpler forms of *message*, for a Slack that does not take it; buttons stay longest.

    First its Markdown as sections, then without thumbs and with files as links, then all that is
    said as text, if that is not longer than *longest*.
    """
    blocks = [simple for block in message["blocks"] for simple in _simple(block)]
    yield {**message, "blocks": blocks}
    links = links_to(files)
    said = [block for block in blocks if block["type"] == "section"]
    said += [section(link) for link in links if section(link) not in said]
    others = [block for block in blocks if block["type"] in {"context", "actions"}]
    with_links = {**message, "text": "\n".join([message["text"], *links])}
    yield {**with_links, "blocks": [*said, *others]}
    text = "\n".join(block["text"]["text"] for block in said)
    del with_links["blocks"]
    yield with_links | ({"text": text} if text and size(text) <= longest else {})


def _simple(block: Json) -> list[Json]:
    return sections(block["text"]) if block["type"] == "markdown" else [block]


def retried(message: Json, by: str) -> Json:
    """Return *message* without its button, saying who pressed it."""
    blocks = [block for block in message["blocks"] if block["type"] != "actions"]
    remark = gettext("Trying again, as {person} asked.", person=f"<@{by}>")
    context = {"type": "context", "elements": [{"type": "mrkdwn", "text": remark}]}
    return {"blocks": [*blocks, context], "text": f"{message['text']}\n{remark}"}


def ended(markdown: str, ending: Ending, stored_files: Sequence[StoredFile] = ()) -> Json:
    """Return a message of sanitized Markdown that says how it ended, in place of its buttons."""
    line = note(_ending(ending, _mention, _date))
    message = reply(markdown, [line], stored_files=stored_files)
    return {**message, "text": f"{message['text']}\n{_ending(ending, _mention, _plain_date)}"}


def _ending(ending: Ending, mention: Callable[[UserId], str], date: Callable[[int], str]) -> str:
    by = mention(ending.by) if ending.by else ""
    return sanitize.mrkdwn(ending.words).format(by=by, at=date(ending.at))


def _mention(user: UserId) -> str:
    return f"<@{user}>"


def _date(at: int) -> str:
    return f"<!date^{at}^{{date_short_pretty}} {{time}}|{_plain_date(at)}>"


def _plain_date(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")


def introduced(persona: Persona, markdown: str) -> str:
    """Return *markdown* after the speaker's name, where Slack shows no personas."""
    return f"{persona.icon} **{sanitize.markdown(persona.name)}**\n\n{markdown}"


def fallback(markdown: str) -> str:
    """Return the plain text of sanitized Markdown, for notifications and screen readers."""
    bare = markdown.replace("&lt;", "<").replace("&gt;", ">")  # one_line makes entities of its own
    return sanitize.one_line(bare, LONGEST_FALLBACK) or "…"


def plan(title: str, tasks: Sequence[PlanTask], buttons: Sequence[Json] = ()) -> Json:
    """Return the plan: which experts are asked, why, and their progress."""
    block = {"type": "plan", "title": literal(title, 250), "tasks": [_task(t) for t in tasks]}
    return {"blocks": [block, *buttons], "text": plan_text(title, tasks)}


def plain_plan(title: str, tasks: Sequence[PlanTask], buttons: Sequence[Json] = ()) -> Json:
    """Return the plan where Slack does not know plan blocks."""
    text = plan_text(title, tasks)
    return {"blocks": [section(text), *buttons], "text": text}


def plan_text(title: str, tasks: Sequence[PlanTask]) -> str:
    """Return the plan as mrkdwn; of many tasks without reasons, and of too many the first ones."""
    heading = sanitize.mrkdwn(literal(title, 250))
    text = "\n".join([heading, *(_line(task) + _reason(task) for task in tasks)])
    if len(text) <= LONGEST_FALLBACK:
        return text
    lines = [_line(task) for task in tasks]
    lengths = accumulate((len(line) + 1 for line in lines), initial=len(heading))
    fitting = bisect_right([*lengths], LONGEST_FALLBACK - _ROOM_FOR_MORE) - 1
    if more := len(lines) - fitting:
        lines[fitting:] = [and_more(more)]
    return "\n".join([heading, *lines])


def _line(task: PlanTask) -> str:
    return f"• {sanitize.mrkdwn(_name(task))} ({state_words(task.state)})"


def _reason(task: PlanTask) -> str:
    reason = sanitize.mrkdwn(literal(task.reason, _LONGEST_REASON))
    return f": {reason}" if task.reason else ""


def state_words(state: TaskState) -> str:
    return {
        TaskState.WORKING: gettext("at work"),
        TaskState.DONE: gettext("answered"),
        TaskState.STOPPED: gettext("was stopped"),
        TaskState.ASKING: gettext("asks for approval"),
        TaskState.FAILED: gettext("no answer"),
    }[state]


def _name(task: PlanTask) -> str:
    name = task.persona.name
    if not task.asked_by:
        return name
    return gettext("{expert}, asked by {other}", expert=name, other=task.asked_by)


def _title(task: PlanTask) -> str:
    name = _name(task)
    return gettext("{expert} (stopped)", expert=name) if task.state is TaskState.STOPPED else name


def _task(task: PlanTask) -> Json:
    card: Json = {
        "type": "task_card",
        "task_id": task.id,
        "title": literal(_title(task), 120),
        "status": _STATES[task.state],
    }
    if reason := literal(task.reason, _LONGEST_REASON):
        section = {"type": "rich_text_section", "elements": [{"type": "text", "text": reason}]}
        card["details"] = {"type": "rich_text", "elements": [section]}
    return card


_LONGEST_ALT = 2_000
_ROOM_FOR_MORE = 60  # characters of "And 9 more."
_LONGEST_NAME = 200


def shown_files(stored_files: Iterable[StoredFile]) -> list[Json]:
    return [_image(file) if file.is_image else section(_link(file)) for file in stored_files]


def links_to(stored_files: Iterable[StoredFile]) -> list[str]:
    return [_link(file) for file in stored_files]


def _image(file: StoredFile) -> Json:
    about = file.about or gettext("Image that an expert made: {name}", name=file.name)
    return {
        "type": "image",
        "slack_file": {"id": file.id},
        "alt_text": literal(about, _LONGEST_ALT) or gettext("Image"),
    }


def _link(file: StoredFile) -> str:
    name = sanitize.mrkdwn(file.name.replace("|", "/"))[:_LONGEST_NAME]
    safe = file.url.startswith(("https://", "http://")) and not set(file.url) & set("<>| ")
    return f"<{file.url}|{name}>" if safe else name
