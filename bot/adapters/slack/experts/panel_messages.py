"""Panels and changes as people read them: the answers to ``/experts``.

Whatever people may have written is sanitized here; an answer is never live.
"""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from bot.adapters.slack.blocks.answers import LONGEST_TEXT, Answer, sentence
from bot.adapters.slack.blocks.elements import note, section
from bot.adapters.slack.documents.document_messages import consulting
from bot.adapters.slack.experts.panel_settings import SETTINGS, SYNTHESIS, PanelSetting
from bot.adapters.slack.markdown import sanitize
from bot.json_types import Json
from bot.language import gettext, pgettext
from bot.panel.model import Effort, Expert, ExpertName, Synthesis, ThreadRef
from bot.panel.roster.panel_reader import PanelEntry
from bot.panel.roster.roster import ChannelScope, Scope, WorkspaceScope

_MANY = 30  # a longer list shortens what each expert is for, to fit fifty blocks
_SHORT = 100
NO_HANDLES: Mapping[ExpertName, str] = MappingProxyType({})


def panel(
    listed: Sequence[PanelEntry],
    synthesis: Synthesis,
    where: Scope,
    streaming: bool | None = None,
    handles: Mapping[ExpertName, str] = NO_HANDLES,
    kept_in: str = "",
) -> Answer:
    """Return who is on a panel, by what handles, what of it is the channel's own, and where it is
    kept if that is not here.
    """
    longest = _SHORT if len(listed) > _MANY else None
    lines = [
        _line(one.expert, longest)
        + answers_to(handles.get(one.expert.name))
        + _mark(one.origin, where)
        for one in listed
    ]
    if not lines:
        lines = [
            gettext("There is nobody on it.")
            if kept_in
            else gettext("There is nobody on it: `/experts add` changes that.")
        ]
    footer = [
        gettext("Synthesis: *{setting}* ({when}).", setting=synthesis.value, when=_when(synthesis)),
        filed(kept_in) if kept_in else gettext("`/experts help` tells what you can change."),
    ]
    if streaming is not None:
        footer.insert(1, gettext("Streaming: *{setting}*.", setting=_on_or_off(streaming)))
    return _answer([f"*{_heading(where)}*", *lines], " ".join(footer))


def filed(place: str) -> str:
    """Return where a panel can be changed that is kept in a file."""
    return gettext("Kept in {place}, and only changed there.", place=sanitize.mrkdwn(place))


def usage(
    to_be_added: Sequence[Expert], lead: str = "", settings: Sequence[PanelSetting] = SETTINGS
) -> Answer:
    """Return all subcommands and the experts that can be added; *lead* says why it is shown."""
    longest = _SHORT if len(to_be_added) > _MANY else None
    lines = [_line(expert, longest) for expert in to_be_added]
    heading = gettext("To be added by name")
    known = [f"\n*{heading}*", *lines] if lines else []
    answer = _answer(["\n".join(_commands(settings)), *known])
    if not lead:
        return answer
    first = sentence(lead)
    return Answer(_cut(f"{first.text}\n{answer.text}"), [*first.blocks, *answer.blocks])


def _commands(settings: Sequence[PanelSetting]) -> Iterable[str]:
    heading = gettext("`/experts` in a channel")
    yield f"*{heading}*"
    for line in (
        gettext("`/experts`: who is on this channel's panel"),
        gettext("`/experts add NAME`: add one of the experts below"),
        gettext("`/experts add`: describe an expert of your own"),
        "`/experts show NAME`, `/experts edit NAME`, `/experts remove NAME`",
        gettext(
            "`/experts teach NAME`, `/experts documents NAME`: what the expert looks things up in"
        ),
        gettext(
            "`/experts consults NAME OTHER, OTHER` (or `nobody`): whom an expert asks before it "
            "answers"
        ),
        gettext(
            "`/experts handle NAME on` or `off`: an `@panel-…` that Slack completes, for admins"
        ),
        *(setting.help() for setting in settings),
        gettext(
            "`/experts default …`: the same for the defaults of all channels, for workspace admins"
        ),
    ):
        yield f"• {line}"
    yield ""
    yield gettext(
        "*In a thread*, where slash commands cannot be used, mention me with `experts`, "
        "`add NAME`, `remove NAME` or `help`."
    )


def details(expert: Expert, handle: str | None = None) -> Answer:
    """Return all that there is about an expert."""
    if expert.function:
        name = f"`{sanitize.mrkdwn(expert.function)}`"
        thinking = gettext("Answers by a function, without a model: {name}", name=name)
        words = sanitize.one_line(f"{expert.title}: {expert.purpose}", LONGEST_TEXT)
        return Answer(words, [section(_line(expert)), note(thinking)])
    model = sanitize.mrkdwn(expert.model or gettext("the usual one"))
    told = [gettext("Model: {model}", model=model)]
    told.append(gettext("effort: {effort}", effort=_effort(expert.effort)))
    if expert.collections:
        told.append(f"{consulting(expert)}: `/experts documents {expert.name}`")
    if expert.consults:
        names = ", ".join(f"`{name}`" for name in expert.consults)
        told.append(gettext("consults {experts}", experts=names))
    thinking = " · ".join(told) + answers_to(handle)
    line, instructions = _line(expert), expert.instructions
    return Answer(
        _cut(f"{line}\n{thinking}\n{sanitize.mrkdwn(instructions)}"),
        [section(line), note(thinking), _verbatim(instructions)],
    )


def _effort(effort: Effort) -> str:
    return {
        Effort.NONE: pgettext("effort", "none"),
        Effort.LOW: pgettext("effort", "low"),
        Effort.MEDIUM: pgettext("effort", "medium"),
        Effort.HIGH: pgettext("effort", "high"),
    }[effort]


def _heading(scope: Scope) -> str:
    match scope:
        case WorkspaceScope():
            return gettext("The default panel of all channels")
        case ChannelScope():
            return gettext("This channel's panel")
        case ThreadRef():
            return gettext("This thread's panel")


def _when(synthesis: Synthesis) -> str:
    """Return when the router sums up, as the end of a sentence."""
    return SYNTHESIS.values[synthesis.value]()


def _on_or_off(streaming: bool) -> str:
    """Return the word that people set streaming with."""
    return "on" if streaming else "off"


def _mark(origin: Scope | None, where: Scope) -> str:
    if origin is None or origin != where:
        return ""
    if isinstance(where, WorkspaceScope):
        changed = gettext("added or changed here")
        return f" · _{changed}_"
    own = gettext("this channel's own")
    return f" · _{own}_"


def introduced(expert: Expert) -> str:
    """Return who an expert is, in mrkdwn."""
    return f"{sanitize.mrkdwn(expert.icon)} *{sanitize.mrkdwn(expert.title)}* (`{expert.name}`)"


def answers_to(handle: str | None) -> str:
    """Return how people may ask an expert beside its name, in mrkdwn."""
    if not handle:
        return ""
    told = gettext("handle: {handle}", handle=f"`@{sanitize.mrkdwn(handle)}`")
    return f" · {told}"


def tools_of(expert: Expert) -> str:
    """Return the names of an expert's tools, in mrkdwn."""
    names = ", ".join(f"`{sanitize.mrkdwn(name)}`" for name in expert.tools)
    return gettext("uses {tools}", tools=names)


def _line(expert: Expert, longest: int | None = None) -> str:
    used = f" · {tools_of(expert)}" if expert.tools else ""
    return f"{introduced(expert)}: {purpose(expert, longest)}{used}"


def purpose(expert: Expert, longest: int | None = None) -> str:
    """Return what an expert is for, in mrkdwn."""
    words = expert.purpose
    if longest and len(words) > longest:
        words = words[: longest - 1].rstrip() + "…"
    return sanitize.mrkdwn(words)


def _answer(lines: Sequence[str], footer: str = "") -> Answer:
    sections = [section(together) for together in packed(lines)]
    notes = [note(footer)] if footer else []
    return Answer(_cut("\n".join([*lines, footer]).strip()), [*sections, *notes])


def _cut(words: str) -> str:
    """Return what those who hear a message get of it; Slack takes no more."""
    return words if len(words) <= LONGEST_TEXT else f"{words[: LONGEST_TEXT - 1]}…"


def packed(lines: Iterable[str]) -> Iterable[str]:
    """Yield the lines together, as many as fit one section."""
    together = ""
    for line in lines:
        if together and len(together) + 1 + len(line) > LONGEST_TEXT:
            yield together
            together = ""
        together = f"{together}\n{line}" if together else line
    yield together


def _verbatim(words: str) -> Json:
    """Return *words* as they are: nothing in such a block formats or pings."""
    element = {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": words}]}
    return {"type": "rich_text", "elements": [element]}
