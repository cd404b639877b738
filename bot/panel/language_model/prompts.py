"""The prompts of the router and the experts: what models are given to read, in its frames.

The instructions stand in ``instructions``; what frames are, in ``frames``.
"""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from itertools import count

from bot.panel.journal.events import ApprovalAsked, ExpertAnswered, ExpertFailed
from bot.panel.language_model import frames, tool_names
from bot.panel.language_model.exchange import (
    ApprovalGiven,
    Tool,
    ToolAnswered,
    ToolCalled,
    UserSaid,
)
from bot.panel.language_model.files.attachments import NOTHING_ATTACHED, Attached
from bot.panel.language_model.frames import Framed, Kind, frame, quote
from bot.panel.model import (
    Call,
    CallId,
    Decision,
    Expert,
    ExpertName,
    MessageTs,
    Panel,
    Turn,
    TurnId,
)
from bot.panel.tools import ApprovalWanted
from bot.panel.utterance import Role, Utterance

_CONSULT = "Consult "
_DIRECT = "Addressed directly in the thread."
_LIKELY = "Most likely the one who is wanted."
_GOES_ON = "Goes on with what it was asked before: people have decided on a tool that it wanted."
_DECISIONS = {
    Decision.APPROVED: "{by} approves of it.",
    Decision.DECLINED: "{by} declines it.",
    Decision.EXPIRED: "Nobody has decided on it in time.",
}
_WITHHELD = "It is not what people were shown, or is not allowed any more. Do not try it again."


def tool_name(expert: ExpertName) -> str:
    """Return the name of the tool that consults *expert*."""
    return tool_names.PREFIX + expert.replace("-", "_")


def tools(panel: Panel) -> tuple[Tool, ...]:
    """Return one tool for each expert, in a fixed order, so that the prompt cache holds."""
    return tuple(map(_tool, panel.experts))


@lru_cache(maxsize=1_000)
def _tool(expert: Expert) -> Tool:
    return Tool(
        tool_name(expert.name),
        f"{_lead(expert.title)}{quote(expert.purpose)}",
        {
            "reason": "Why this expert, in half a sentence that the people will read.",
            "brief": "What the expert has to answer, and what it must know of the thread.",
        },
        expert.title,
    )


def _lead(title: str) -> str:
    return f"{_CONSULT}{quote(title)}: "


def listed(tools: Iterable[Tool], longest: int | None = None) -> str:
    """Return the experts whom *tools* consult, a line each, for models that get one tool for all.

    *longest*: how many characters of what each is for; None: all of them.
    """
    return "\n".join(_line(tool, longest) for tool in tools)


def _line(tool: Tool, longest: int | None) -> str:
    who, purpose = _lead(tool.title), tool.description.removeprefix(_lead(tool.title))
    if longest is not None and len(purpose) > longest:
        purpose = f"{purpose[:longest].rstrip()}…" if longest else ""
    line = f"- {expert_of(tool.name)}: {who.removeprefix(_CONSULT)}{purpose}"
    return " ".join(line.split()).removesuffix(":")


def expert_of(tool: str) -> ExpertName | None:
    """Return the expert that *tool* consults, whether or not it is on a panel."""
    name = tool.removeprefix(tool_names.PREFIX)
    return ExpertName(name.replace("_", "-")) if name != tool else None


def own_id(
    turn: TurnId, known_as: CallId, by: CallId | None = None, taken: Collection[CallId] = ()
) -> CallId:
    """Return our id of a call that a model makes, unlike those *taken* in the turn.

    Servers repeat theirs in other turns, and within one: each response may begin with ``call_0``.
    """
    ids = (_derived(f"{turn}/{by or 'router'}/{known_as}/{nth}") for nth in count())
    return next(id_ for id_ in ids if id_ not in taken)


def direct_call(turn: TurnId, expert: Expert, *, deeper: bool = False) -> Call:
    """Return the call of an expert whom people addressed themselves."""
    id_ = _derived(f"{turn}/{expert.name}")
    return Call(id_, expert.name, reason="", brief="", deeper=deeper)


def _derived(origin: str) -> CallId:
    return CallId(f"call_{hashlib.sha256(origin.encode()).hexdigest()[:24]}")


def ref(turn: Turn) -> str:
    """Return the mark by which *turn* is found again in the router's conversation."""
    return mark(turn.messages[-1].ts)


def call_ref(call: Call) -> str:
    """Return the mark by which *call* is found again in the expert's conversation."""
    return mark(call.continues or call.id)


def continuing(call: Call, turn: TurnId) -> Call:
    """Return *call* as the one that goes on with its question in *turn*."""
    digest = hashlib.sha256(f"{turn}/{call.expert}".encode()).hexdigest()
    id_, continues = CallId(f"call_{digest[:24]}"), call.continues or call.id
    return Call(id_, call.expert, reason="", brief="", deeper=call.deeper, continues=continues)


def decided(decision: Decision, by: str) -> str:
    """Return what models read of a decision by *by*, a person's name."""
    return _DECISIONS[decision].format(by=frames.name(by))


def given(call: ApprovalWanted, decision: Decision, by: str) -> ApprovalGiven:
    """Return a decision as an item of the conversation."""
    return ApprovalGiven(call.request, decision is Decision.APPROVED, decided(decision, by))


def withheld(call: ApprovalWanted) -> ApprovalGiven:
    """Return, as an item, that *call* is not made although it was approved."""
    return ApprovalGiven(call.request, False, _WITHHELD)


def mark(name: MessageTs | CallId) -> str:
    """Return the mark of a message of this *name*."""
    return f'<{Kind.MESSAGE} ref="{frames.attribute(name)}"'


def quoted(earlier: Sequence[Utterance]) -> tuple[UserSaid, ...]:
    """Return what was said before the panel was asked, marked as such."""
    if not earlier:
        return ()
    past = Framed("Quoted for context; already past.")
    return (UserSaid(frame(Kind.EARLIER, past, *map(_said, earlier))),)


def for_router(question: Iterable[Utterance]) -> UserSaid:
    """Return people's messages as the router gets them."""
    return UserSaid("\n".join(_message(message.ts, message) for message in question))


def for_expert(
    call: Call, question: Iterable[Utterance], attached: Attached = NOTHING_ATTACHED
) -> UserSaid:
    """Return the brief, people's own messages and their files as the expert gets them."""
    brief = [frame(Kind.BRIEF, quote(call.brief))] if call.brief else []
    messages = [_message(call.continues or call.id, message) for message in question]
    texts = [frame(Kind.FILE, quote(text.text), name=text.name) for text in attached.texts]
    files = [frame(Kind.FILE, Framed("(attached)"), name=name) for name in attached.names]
    return UserSaid("\n".join([*brief, *messages, *texts, *files]), attached.files)


def _message(ref: str, message: Utterance) -> Framed:
    return _utterance(Kind.MESSAGE, message, ref=ref)


def _said(message: Utterance) -> Framed:
    return _utterance(Kind.SAID, message)


def _utterance(kind: Kind, message: Utterance, ref: str = "") -> Framed:
    shown = [frame(Kind.SHOWN, quote(message.shown))] if message.shown else []
    own = [quote(message.text)] if message.text or not shown else []
    author = message.author
    return frame(
        kind,
        *(*own, *map(_said, message.about), *shown),
        ref=ref,
        ts="" if ref == message.ts else message.ts,  # by which it can be taken out again
        from_=message.speaker,
        id=author.id,
        role=author.role,
        edited="yes" if message.edited else "",
    )


def as_tool_call(call: Call, *, likely: bool = False) -> ToolCalled:
    """Return the call that would have been made, for the conversation to learn of it.

    *likely*: it was made because the expert was, not because anybody had named it.
    """
    reason = call.reason or (_GOES_ON if call.continues else _LIKELY if likely else _DIRECT)
    arguments = {"reason": reason, "brief": call.brief}
    return ToolCalled(call.known_as or call.id, tool_name(call.expert), arguments)


def as_tool_output(
    call: Call, expert: Expert | None, outcome: ExpertAnswered | ApprovalAsked | ExpertFailed
) -> ToolAnswered:
    """Return the expert's outcome as the output that its caller gets."""
    title = expert.title if expert else call.expert
    name = frames.name(title)
    where = "" if call.by else " in the thread"
    match outcome:
        case ExpertAnswered(text=text, files=files, cut=cut):
            shown = files if call.by is None else ()  # nobody sees what a colleague makes
            names = ", ".join(frames.name(file.name) for file in shown)
            made = f"\nFiles shown: {names}" if shown else ""
            so_far = ", but was cut off before the end" if cut else ""
            output = f"{name} answered{where}{so_far}:\n{_answer(call, title, text)}{made}"
        case ApprovalAsked():
            output = f"{name} waits for people to approve of a tool, and answers later."
        case ExpertFailed(why=why) if why:
            output = f"{name} did not answer and said{where}:\n{_answer(call, title, why)}"
        case ExpertFailed(failure=failure):
            output = f"{name} could not answer ({failure})."
    return ToolAnswered(call.known_as or call.id, output)


def _answer(call: Call, title: str, text: str) -> Framed:
    return frame(Kind.ANSWER, quote(text), from_=title, id=call.expert, role=Role.EXPERT)
