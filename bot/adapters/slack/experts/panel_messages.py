"""Panels and experts as text: the answers to ``/experts``.

Text that people have written is sanitized here.
"""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from bot.adapters.slack.blocks.answers import LONGEST_TEXT, Answer, cut, listed, parted, sentence
from bot.adapters.slack.blocks.elements import and_more, note, section, shortened, verbatim
from bot.adapters.slack.documents.document_messages import documents_use
from bot.adapters.slack.experts.panel_settings import SETTINGS, SYNTHESIS, PanelSetting
from bot.adapters.slack.markdown import sanitize
from bot.language import gettext, ngettext, pgettext
from bot.panel.model import Effort, Expert, ExpertName, Synthesis, ThreadRef, WhenUnsure
from bot.panel.roster.expert_checks import MOST_EXPERTS
from bot.panel.roster.panel_reader import PanelEntry
from bot.panel.roster.roster import ChannelScope, Scope, WorkspaceScope
from bot.panel.texts import sentences
from bot.panel.texts.sentences import MOST_LISTED

_MANY = 30  # a longer list shortens the experts' purposes, to fit in fifty blocks
_SHORT = 100
NO_HANDLES: Mapping[ExpertName, str] = MappingProxyType({})


def panel(
    entries: Sequence[PanelEntry],
    synthesis: Synthesis,
    where: Scope,
    streaming: bool | None = None,
    handles: Mapping[ExpertName, str] = NO_HANDLES,
    kept_in: str = "",
    left_out: int = 0,
    rules: Sequence[tuple[Scope, str]] = (),
    unsure: WhenUnsure | None = None,
) -> Answer:
    """Return the panel's experts with their handles, its settings, and where it is kept.

    Experts that were added or changed in *where* are marked; some may have been *left_out*. The
    *rules* for whom the router asks, each after the scope that has them, are shown as they are.
    """
    lines = _listed(entries, where, handles)
    if not lines:
        lines = [
            gettext("There is nobody on it.")
            if kept_in
            else gettext("There is nobody on it: `/experts add` changes that.")
        ]
    footer = [
        gettext("Synthesis: *{setting}* ({when}).", setting=synthesis.value, when=_when(synthesis)),
        file_note(kept_in) if kept_in else gettext("`/experts help` tells what you can change."),
    ]
    if streaming is not None:
        footer.insert(1, gettext("Streaming: *{setting}*.", setting=on_or_off(streaming)))
    if unsure:
        footer.insert(1, when_unsure(unsure))
    if left_out:
        footer.append(
            ngettext(
                "{count} expert is left out, as there are more than {most}.",
                "{count} experts are left out, as there are more than {most}.",
                left_out,
                most=MOST_EXPERTS,
            )
        )
    answer = listed([f"*{_heading(where)}*", *lines], " ".join(footer))
    if not rules:
        return answer
    blocks, texts = [*answer.blocks], [answer.text]
    for scope, text in rules:
        label = rules_label(for_defaults=isinstance(scope, WorkspaceScope))
        blocks += section(f"*{label}*"), verbatim(text)
        texts += label, sanitize.mrkdwn(text)
    return Answer(cut("\n".join(texts)), blocks)


def rules_label(*, for_defaults: bool) -> str:
    if for_defaults:
        return gettext("Whom the router asks: rules for all channels")
    return gettext("Whom the router asks: rules of this channel")


def search_results(entries: Sequence[PanelEntry], where: Scope, meant: str = "") -> Answer:
    """Return the experts of a panel that were looked for, the best first; else who was *meant*."""
    lines = _listed(entries, where) or [gettext("Nobody on it is like that.") + meant]
    return listed([f"*{_heading(where)}*", *lines])


def _listed(
    entries: Sequence[PanelEntry], where: Scope, handles: Mapping[ExpertName, str] = NO_HANDLES
) -> list[str]:
    """Return a line for each expert; of a large panel, for the first ones and those of *where*."""
    longest = _SHORT if len(entries) > _MANY else None
    own_first = sorted(entries, key=lambda entry: entry.origin != where)
    shown = own_first[:MOST_LISTED] if len(entries) > MOST_LISTED else entries
    lines = [
        _line(entry.expert, longest)
        + handle_suffix(handles.get(entry.expert.name))
        + _origin_mark(entry.origin, where)
        for entry in shown
    ]
    if more := len(entries) - len(shown):
        lines.append(more_experts(more, for_defaults=isinstance(where, WorkspaceScope)))
    return lines


def more_experts(count: int, *, for_defaults: bool) -> str:
    """Return the line below the first experts of a panel that has *count* more."""
    if for_defaults:
        return ngettext(
            "And {count} more: `/experts default find WORD` finds it by name and purpose.",
            "And {count} more: `/experts default find WORD` finds them by name and purpose.",
            count,
        )
    return sentences.more_experts(count)


def file_note(place: str) -> str:
    return gettext("Kept in {place}, and only changed there.", place=sanitize.mrkdwn(place))


def usage(
    addable: Sequence[Expert], lead: str = "", settings: Sequence[PanelSetting] = SETTINGS
) -> Answer:
    """Return all subcommands and the experts that can be added, below *lead*."""
    longest = _SHORT if len(addable) > _MANY else None
    lines = [_line(expert, longest) for expert in addable[:MOST_LISTED]]
    named = [f"`{expert.name}`" for expert in addable[MOST_LISTED : MOST_LISTED + MOST_EXPERTS]]
    lines += parted(", ".join(named))
    if (more := len(addable) - MOST_LISTED - MOST_EXPERTS) > 0:
        lines.append(and_more(more))
    heading = gettext("To be added by name")
    by_name = [f"\n*{heading}*", *lines] if lines else []
    answer = listed(["\n".join(_commands(settings)), *by_name])
    if not lead:
        return answer
    above = sentence(lead)
    return Answer(cut(f"{above.text}\n{answer.text}"), [*above.blocks, *answer.blocks])


def _commands(settings: Sequence[PanelSetting]) -> Iterable[str]:
    heading = gettext("`/experts` in a channel")
    yield f"*{heading}*"
    for line in (
        gettext("`/experts`: who is on this channel's panel"),
        gettext("`/experts add NAME`: add one of the experts below"),
        gettext("`/experts add`: describe an expert of your own"),
        gettext("`/experts find WORD`: who on this channel's panel knows about something"),
        "`/experts show NAME`, `/experts edit NAME`, `/experts remove NAME`",
        gettext(
            "`/experts teach NAME`, `/experts documents NAME`: what the expert looks things up in"
        ),
        gettext(
            "`/experts consults NAME OTHER, OTHER` (or `nobody`): whom an expert asks before it "
            "answers"
        ),
        gettext("`/experts router`: rules for whom I ask, such as “at most two”"),
        gettext(
            "`/experts handle NAME on` or `off`: an `@panel-…` that Slack completes, for admins"
        ),
        *(setting.help() for setting in settings),
        gettext(
            "`/experts budget`: what may be spent here; `/experts budget person $2/day` changes "
            "it, for workspace admins"
        ),
        gettext(
            "`/experts examples`: what the router has learnt here; `drop NAME` or `drop all`, for "
            "workspace admins"
        ),
        gettext("`/experts settings`: what counts here and who has set it, for workspace admins"),
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
    if expert.function:
        name = f"`{sanitize.mrkdwn(expert.function)}`"
        remark = gettext("Answers by a function, without a model: {name}", name=name)
        text = sanitize.one_line(f"{expert.title}: {expert.purpose}", LONGEST_TEXT)
        return Answer(text, [section(_line(expert)), note(remark)])
    model = sanitize.mrkdwn(expert.model or gettext("the usual one"))
    settings = [gettext("Model: {model}", model=model)]
    settings.append(gettext("effort: {effort}", effort=_effort(expert.effort)))
    if expert.collections:
        settings.append(f"{documents_use(expert)}: `/experts documents {expert.name}`")
    if expert.consults:
        names = ", ".join(f"`{name}`" for name in expert.consults)
        settings.append(gettext("consults {experts}", experts=names))
    remark = " · ".join(settings) + handle_suffix(handle)
    line, instructions = _line(expert), expert.instructions
    return Answer(
        cut(f"{line}\n{remark}\n{sanitize.mrkdwn(instructions)}"),
        [section(line), *map(note, parted(remark)), verbatim(instructions)],
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


def on_or_off(streaming: bool) -> str:
    return "on" if streaming else "off"


def when_unsure(setting: WhenUnsure) -> str:
    return gettext("When the router is unsure: *{setting}*.", setting=setting.value)


def _origin_mark(origin: Scope | None, where: Scope) -> str:
    if origin is None or origin != where:
        return ""
    if isinstance(where, WorkspaceScope):
        changed = gettext("added or changed here")
        return f" · _{changed}_"
    own = gettext("this channel's own")
    return f" · _{own}_"


def labelled_name(expert: Expert) -> str:
    return f"{sanitize.mrkdwn(expert.icon)} *{sanitize.mrkdwn(expert.title)}* (`{expert.name}`)"


def handle_suffix(handle: str | None) -> str:
    if not handle:
        return ""
    text = gettext("handle: {handle}", handle=f"`@{sanitize.mrkdwn(handle)}`")
    return f" · {text}"


def tools_used(expert: Expert) -> str:
    names = ", ".join(f"`{sanitize.mrkdwn(name)}`" for name in expert.tools)
    return gettext("uses {tools}", tools=names)


def _line(expert: Expert, longest: int | None = None) -> str:
    tools = f" · {tools_used(expert)}" if expert.tools else ""
    return f"{labelled_name(expert)}: {purpose(expert, longest)}{tools}"


def purpose(expert: Expert, longest: int | None = None) -> str:
    return sanitize.mrkdwn(shortened(expert.purpose, longest or len(expert.purpose)))
