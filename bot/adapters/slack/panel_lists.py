"""Panels and changes as people read them: the answers to ``/experts``.

Whatever people may have written is neutralised here; an answer is never live.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, assert_never

from bot.adapters.slack import text
from bot.panel.model import Expert, ExpertName, Synthesis, ThreadRef, UserId
from bot.panel.panel_editor import Change, Listed, Verb
from bot.panel.roster import ChannelScope, Scope, WorkspaceScope

Json = dict[str, Any]

_LONGEST_SECTION = 3_000
_MANY = 30  # a longer list shortens what each expert is for, to fit fifty blocks
_SHORT = 100
NO_HANDLES: Mapping[ExpertName, str] = MappingProxyType({})

_HELP = """\
*`/experts` in a channel*
• `/experts`: who is on this channel's panel
• `/experts add NAME`: add one of the experts below
• `/experts add`: describe an expert of your own
• `/experts show NAME`, `/experts edit NAME`, `/experts remove NAME`
• `/experts teach NAME`, `/experts documents NAME`: what the expert looks things up in
• `/experts consults NAME OTHER, OTHER` (or `nobody`): whom an expert asks before it answers
• `/experts handle NAME on` or `off`: an `@panel-…` that Slack completes, for admins
• `/experts synthesis auto`, `always` or `never`: when I sum up what the experts said
• `/experts streaming on`, `off` or `default`: whether replies grow while they are written
• `/experts default …`: the same for the defaults of all channels, for workspace admins

*In a thread*, where slash commands cannot be used, mention me with `experts`, `add NAME`, \
`remove NAME` or `help`."""

_WHEN = {
    Synthesis.AUTO: "when two or more experts have answered",
    Synthesis.ALWAYS: "after every answer",
    Synthesis.NEVER: "the experts' answers stand alone",
}
_STREAMED = {
    True: "whoever asks watches the replies being written, the others see them when they are done",
    False: "replies appear when they are whole",
    None: "as it is elsewhere: replies grow in direct messages, and appear whole in channels",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """A message of blocks, and the words that say the same without them."""

    text: str
    blocks: Sequence[Json]


def sentence(markdown: str) -> Answer:
    """Return a sentence of ours that may quote what people wrote."""
    safe = text.markdown(markdown)
    return Answer(text.plain(markdown, _LONGEST_SECTION), [{"type": "markdown", "text": safe}])


def panel(
    listed: Sequence[Listed],
    synthesis: Synthesis,
    where: Scope,
    streaming: bool | None = None,
    handles: Mapping[ExpertName, str] = NO_HANDLES,
    kept_in: str = "",
) -> Answer:
    """Return who is on a panel, by what handles, what of it is the channel's own, and where it is
    kept if that is not here.
    """
    heading = f"*{_owner(where).capitalize()}*"
    longest = _SHORT if len(listed) > _MANY else None
    lines = [
        _line(one.expert, longest)
        + answers_to(handles.get(one.expert.name))
        + _mark(one.origin, where)
        for one in listed
    ]
    if not lines:
        lines = [
            "There is nobody on it."
            if kept_in
            else "There is nobody on it: `/experts add` changes that."
        ]
    streamed = "" if streaming is None else f"Streaming: *{_switch(streaming)}*. "
    changing = filed(kept_in) if kept_in else "`/experts help` tells what you can change."
    footer = f"Synthesis: *{synthesis.value}* ({_WHEN[synthesis]}). {streamed}{changing}"
    return _answer([heading, *lines], footer)


def filed(place: str) -> str:
    """Return where a panel can be changed that is kept in a file."""
    return f"Kept in {text.mrkdwn(place)}, and only changed there."


def usage(to_be_added: Sequence[Expert], lead: str = "") -> Answer:
    """Return all subcommands and the experts that can be added; *lead* says why it is shown."""
    longest = _SHORT if len(to_be_added) > _MANY else None
    lines = [_line(expert, longest) for expert in to_be_added]
    known = ["\n*To be added by name*", *lines] if lines else []
    answer = _answer([_HELP, *known])
    if not lead:
        return answer
    first = sentence(lead)
    return Answer(_cut(f"{first.text}\n{answer.text}"), [*first.blocks, *answer.blocks])


def details(expert: Expert, handle: str | None = None) -> Answer:
    """Return all that there is about an expert."""
    if expert.function:
        thinking = f"Answers by a function, without a model: `{text.mrkdwn(expert.function)}`"
        words = text.plain(f"{expert.title}: {expert.purpose}", _LONGEST_SECTION)
        return Answer(words, [section(_line(expert)), _context(thinking)])
    thinking = f"Model: {text.mrkdwn(expert.model or 'the usual one')} · effort: {expert.effort}"
    if expert.collections:
        when = "for every question" if expert.always_consult else "where they help"
        thinking += f" · consults its documents {when}: `/experts documents {expert.name}`"
    if expert.consults:
        thinking += f" · consults {', '.join(f'`{name}`' for name in expert.consults)}"
    thinking += answers_to(handle)
    line, instructions = _line(expert), expert.instructions
    return Answer(
        _cut(f"{line}\n{thinking}\n{text.mrkdwn(instructions)}"),
        [section(line), _context(thinking), _verbatim(instructions)],
    )


def announcement(change: Change) -> Answer:
    """Return what a channel is told about a change."""
    where = _owner(change.scope)
    who, expert = f"<@{change.by}>", introduced(change.expert)
    match change.verb:
        case Verb.ADDED:
            said = f"{who} added {expert} to {where}. Ask about: {_purpose(change.expert)}"
        case Verb.EDITED:
            said = f"{who} edited {expert} in {where}. Ask about: {_purpose(change.expert)}"
        case Verb.REMOVED:
            said = f"{who} removed {expert} from {where}."
        case _:
            assert_never(change.verb)
    return Answer(said, [section(said)])


def consulting_announcement(change: Change) -> Answer:
    """Return what a channel is told when it is set whom an expert consults."""
    where, expert = _owner(change.scope), introduced(change.expert)
    names = ", ".join(f"`{name}`" for name in change.expert.consults) or "nobody"
    said = f"<@{change.by}> edited {expert} in {where}: it now consults {names}."
    return Answer(said, [section(said)])


def synthesis_announcement(synthesis: Synthesis, scope: Scope, by: UserId) -> Answer:
    """Return what a channel is told when the synthesis is set."""
    said = f"<@{by}> set the synthesis of {_owner(scope)} to *{synthesis}*: {_WHEN[synthesis]}."
    return Answer(said, [section(said)])


def streaming_announcement(streaming: bool | None, scope: Scope, by: UserId) -> Answer:
    """Return what a channel is told when streaming is set."""
    said = f"<@{by}> set streaming for {_owner(scope)} to *{_switch(streaming)}*: "
    said += f"{_STREAMED[streaming]}."
    return Answer(said, [section(said)])


def not_told(code: str, channel_id: str, bot_user: str) -> Answer:
    """Return what somebody is told whose change counts, but could not be announced."""
    is_elsewhere = code in {"channel_not_found", "not_in_channel"}
    if is_elsewhere and channel_id.startswith("D"):
        said = (
            "Done, but I take no part in direct messages between people and cannot answer here: "
            f"write to <@{bot_user}>, or mention me in a channel."
        )
    elif is_elsewhere:
        said = (
            "Done. I am not in this channel, so I could not tell the others and cannot answer "
            f"here: write `/invite` and then <@{bot_user}>."
        )
    else:
        said = "Done, but I could not tell the others in this channel."
    return Answer(said, [section(said)])


def _owner(scope: Scope) -> str:
    match scope:
        case WorkspaceScope():
            return "the default panel of all channels"
        case ChannelScope():
            return "this channel's panel"
        case ThreadRef():
            return "this thread's panel"


def _switch(streaming: bool | None) -> str:
    return "default" if streaming is None else "on" if streaming else "off"


def _mark(origin: Scope | None, where: Scope) -> str:
    if origin is None or origin != where:
        return ""
    own = "added or changed here" if isinstance(where, WorkspaceScope) else "this channel's own"
    return f" · _{own}_"


def introduced(expert: Expert) -> str:
    """Return who an expert is, in mrkdwn."""
    return f"{text.mrkdwn(expert.icon)} *{text.mrkdwn(expert.title)}* (`{expert.name}`)"


def answers_to(handle: str | None) -> str:
    """Return how people may ask an expert beside its name, in mrkdwn."""
    return f" · handle: `@{text.mrkdwn(handle)}`" if handle else ""


def tools_of(expert: Expert) -> str:
    """Return the names of an expert's tools, in mrkdwn."""
    names = (f"`{text.mrkdwn(name)}`" for name in expert.tools)
    return f"uses {', '.join(names)}"


def _line(expert: Expert, longest: int | None = None) -> str:
    used = f" · {tools_of(expert)}" if expert.tools else ""
    return f"{introduced(expert)}: {_purpose(expert, longest)}{used}"


def _purpose(expert: Expert, longest: int | None = None) -> str:
    purpose = expert.purpose
    if longest and len(purpose) > longest:
        purpose = purpose[: longest - 1].rstrip() + "…"
    return text.mrkdwn(purpose)


def _answer(lines: Sequence[str], footer: str = "") -> Answer:
    sections = [section(together) for together in packed(lines)]
    notes = [_context(footer)] if footer else []
    return Answer(_cut("\n".join([*lines, footer]).strip()), [*sections, *notes])


def _cut(words: str) -> str:
    """Return what those who hear a message get of it; Slack takes no more."""
    return words if len(words) <= _LONGEST_SECTION else f"{words[: _LONGEST_SECTION - 1]}…"


def packed(lines: Iterable[str]) -> Iterable[str]:
    """Yield the lines together, as many as fit one section."""
    together = ""
    for line in lines:
        if together and len(together) + 1 + len(line) > _LONGEST_SECTION:
            yield together
            together = ""
        together = f"{together}\n{line}" if together else line
    yield together


def section(words: str) -> Json:
    """Return a section of mrkdwn."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": words, "verbatim": True}}


def _context(words: str) -> Json:
    element = {"type": "mrkdwn", "text": words, "verbatim": True}
    return {"type": "context", "elements": [element]}


def _verbatim(words: str) -> Json:
    """Return *words* as they are: nothing in such a block formats or pings."""
    element = {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": words}]}
    return {"type": "rich_text", "elements": [element]}
