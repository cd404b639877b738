"""What people use while things break: one row for each feature, read by the rig and the ledger."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Any

from bot.panel.model import ExpertName, ToolName
from tests.faults import brain, installed
from tests.reckoning.questions import Wish

_TURN = (
    "journal ExpertCalled",
    "journal ExpertAsked",
    "journal ExpertAnswered",
    "journal PostStarted",
    "journal Posted",
    "queue claim",
    "queue done",
    "slack reply",
)


@dataclass(frozen=True, slots=True)
class Subject:
    """What people ask about: one question goes to some of *experts*, and wishes for something."""

    experts: tuple[str, ...] = brain.EXPERTS
    wish: Wish = Wish.NOTHING


@dataclass(frozen=True, slots=True)
class Feature:
    """Whom people ask and where, what it takes, and at which steps workers are killed."""

    name: str = ""
    subjects: tuple[Subject, ...] = (Subject(),)
    panel: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # changes of experts
    steps: tuple[str, ...] = ()
    kinds: frozenset[str] = frozenset()  # of messages, beside the usual ones
    failing: frozenset[str] = frozenset()  # experts whose function fails or refuses
    in_channels: bool = True
    in_direct_messages: bool = False
    streaming: bool = False  # in channels, too
    attaches: bool = False  # people attach a file to each question
    environ: Mapping[str, str] = field(default_factory=dict)


NONE = Feature()
APPROVED_WITHIN = 8.0  # seconds; then it counts as declined
_SHOP, _CODE = {"tools": (ToolName("mcp:shop"),)}, {"tools": (ToolName("code-interpreter"),)}
_STREAM = tuple(
    f"journal Stream{what}" for what in ("Started", "Opened", "Growing", "Grown")
) + tuple(f"slack chat.{what}Stream" for what in ("start", "append", "stop"))
_PARAGRAPHS = (Subject(wish=Wish.PARAGRAPHS),)
_COLLEAGUES = {
    asker: {"consults": (ExpertName(asked),)} for asker, asked in brain.COLLEAGUES.items()
}

FEATURES = (
    Feature(
        "approvals",
        (Subject(("security", "engineering"), Wish.TICKET),),
        {"security": _SHOP, "engineering": _SHOP},
        (*_TURN, "journal ApprovalAsked", "slack approval", "slack update", "model expert"),
        frozenset({"approval"}),
        environ={
            "PANELBOT_APPROVERS": "anyone",
            "PANELBOT_APPROVAL_HOURS": str(APPROVED_WITHIN / 3600),
        },
    ),
    Feature("streams", _PARAGRAPHS, steps=(*_TURN, *_STREAM), streaming=True),
    Feature(
        "direct messages",
        _PARAGRAPHS,
        steps=(*_TURN, *_STREAM, "slack status"),
        in_channels=False,
        in_direct_messages=True,
    ),
    Feature(
        "functions",
        (Subject((*installed.NAMES, "finance")),),
        panel={name: {} for name in installed.NAMES},
        steps=_TURN,
        failing=frozenset({"refuses", "breaks", "hangs"}),
        environ={"PANELBOT_FUNCTION_TIMEOUT": "4"},
    ),
    Feature(
        "colleagues",
        (Subject(tuple(brain.COLLEAGUES), Wish.COLLEAGUE),),
        _COLLEAGUES,
        (
            *_TURN,
            "journal RouterAsked",
            "journal Routed",
            "journal ClosingStarted",
            "model expert",
            "model answer",
            "model append",
        ),
    ),
    Feature(
        "files",
        (Subject(("data", "design"), Wish.FILE),),
        {"data": _CODE, "design": _CODE},
        (
            *_TURN,
            "journal FileStored",
            "slack made",
            "slack files.info",
            "slack files.getUploadURLExternal",
            "slack files.completeUploadExternal",
        ),
        frozenset({"made"}),
        attaches=True,
    ),
)


def together(name: str, features: Sequence[Feature]) -> Feature:
    """Return one in which all *features* are used in the same threads."""
    return Feature(
        name,
        tuple(dict.fromkeys(subject for one in features for subject in one.subjects)),
        reduce(or_, (dict(one.panel) for one in features)),
        tuple(dict.fromkeys(step for one in features for step in one.steps)),
        frozenset().union(*(one.kinds for one in features)),
        frozenset().union(*(one.failing for one in features)),
        in_direct_messages=any(one.in_direct_messages for one in features),
        streaming=any(one.streaming for one in features),
        attaches=any(one.attaches for one in features),
        environ=reduce(or_, (dict(one.environ) for one in features)),
    )


TOGETHER = together("all together", FEATURES)
