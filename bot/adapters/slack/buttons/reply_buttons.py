"""The buttons and thumbs under messages.

A message with a persona is never edited, so its buttons are posted with it and stay. A button's
value identifies its message; Slack sends it back with a click.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.adapters.slack.api.metadata import call_of
from bot.adapters.slack.blocks.elements import button, literal, option
from bot.adapters.slack.buttons import sources_modal, thumbs
from bot.json_types import Json
from bot.language import gettext
from bot.panel.messaging.messenger import Post
from bot.panel.model import ApprovalId, CallId, ExpertName, MessageTs, TurnId, Wish
from bot.panel.routing.gate import MOST_OFFERED

# The buttons' action_ids.
SHOW_WORK, RETRY, STOP, TRY_NOW = "show_work", "retry", "stop", "try_now"
MORE, ASK_OTHERS, GO_ON = "more", "ask_others", "go_on"
APPROVE, DECLINE = "approve", "decline"
FORGET, LET_THROUGH = "forget_thread", "let_through"
CHOOSE = tuple(f"choose_{n}" for n in range(MOST_OFFERED))
CHOOSE_ALL, CHOOSE_ROUTER, CHOOSE_OTHER = "choose_all", "choose_router", "choose_other"
_LONGEST = 75  # characters of a button
_TS = re.compile(r"\d{1,20}\.\d{1,9}")


@dataclass(frozen=True, slots=True)
class Subject:
    """The message that a button is under."""

    turn: TurnId
    part: str

    @property
    def call_id(self) -> CallId | None:
        """Return the call that the message answers; None if the router wrote it."""
        return call_of(self.part)

    def dump(self) -> str:
        return f"{self.turn} {self.part}"

    @classmethod
    def load(cls, value: str) -> "Subject":
        """Return what ``dump`` wrote. Raises ValueError if it is anything else."""
        turn, separator, part = value.partition(" ")
        if not (turn and separator and part):
            raise ValueError("not the subject of a button")
        return cls(TurnId(turn), part)


@dataclass(frozen=True, slots=True)
class Pressed:
    """What a follow-up button asks for: about which message, and of which expert."""

    wish: Wish
    about: MessageTs
    expert: ExpertName | None

    def dump(self) -> str:
        return f"{self.wish} {self.about} {self.expert or ''}"

    @classmethod
    def load(cls, value: str) -> "Pressed":
        """Return what ``dump`` wrote. Raises ValueError if it is anything else."""
        wish, about, expert = value.split(" ")
        if not _TS.fullmatch(about):
            raise ValueError("not about a message")
        return cls(Wish(wish), MessageTs(about), ExpertName(expert) if expert else None)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a button wants answered: the question that begins with a message, and by whom."""

    about: MessageTs
    experts: tuple[ExpertName, ...]  # none: the router chooses
    until: MessageTs | None = None  # the question's last message, where that is known

    def dump(self) -> str:
        question = f"{self.about}-{self.until}" if self.until else self.about
        return " ".join((question, *self.experts))

    @classmethod
    def load(cls, value: str) -> "Wanted":
        """Return what ``dump`` wrote. Raises ValueError if it is anything else."""
        question, *experts = value.split(" ")
        about, _, until = question.partition("-")
        if not all(_TS.fullmatch(one) for one in (about, until or about)):
            raise ValueError("not about a message")
        last = MessageTs(until) if until else None
        return cls(MessageTs(about), tuple(map(ExpertName, experts)), last)


def plan_row(post: Post, *, working: bool) -> list[Json]:
    """Return the row under the plan: *Stop* while experts work, and a menu to ask others."""
    wishes = (Wish.ANOTHER, Wish.EVERYONE)
    buttons = [_stop()] if working else []
    return [{"type": "actions", "elements": [*buttons, _menu(post, ASK_OTHERS, wishes)]}]


def _stop() -> Json:
    label = gettext("Stop what the panel is doing here")
    return button(STOP, gettext("Stop"), label, style="danger")


def row(post: Post) -> list[Json]:
    """Return the buttons and thumbs under *post*; none if it offers no action."""
    buttons = []
    if post.ends_reply and post.is_cut:
        buttons.append(_go_on(post))
    if post.ends_reply:
        buttons.append(_show_work(post))
    if post.sources:
        buttons.append(sources_modal.button(post.sources))
    if post.ends_reply:
        buttons.append(_more(post))
    if post.approval:
        buttons += decision_buttons(post.approval, may_approve=post.may_approve)
    if post.offers_retry:
        buttons.append(_retry(post))
    if post.offers_forgetting:
        label = gettext("Forget this thread: delete what the panel remembers of it")
        forget = gettext("Forget this thread")
        buttons.append(button(FORGET, forget, label, post.turn, "danger"))
    if post.lets_through is not None:
        label = gettext("Let this through: answer this question, whatever the budget says")
        value = Wanted(_about(post), post.lets_through).dump()
        buttons.append(button(LET_THROUGH, gettext("Let this through"), label, value))
    buttons += _choices(post)
    if post.is_delayed:
        buttons += [_try_now(post), _stop()]
    actions = [{"type": "actions", "elements": buttons}] if buttons else []
    return [*actions, thumbs.thumbs(post)] if post.ends_reply else actions


def _choices(post: Post) -> list[Json]:
    if not post.candidates:
        return []
    nobody = Wanted(_about(post), (), post.about_until)
    names = tuple(expert.name for expert in post.candidates)
    buttons = [
        _choice(action, literal(one.title, _LONGEST), replace(nobody, experts=(one.name,)))
        for action, one in zip(CHOOSE, post.candidates, strict=False)
    ]
    if len(names) > 1:
        everyone = replace(nobody, experts=names)
        buttons.append(_choice(CHOOSE_ALL, gettext("Everyone"), everyone))
    buttons.append(_choice(CHOOSE_ROUTER, gettext("You decide"), nobody))
    buttons.append(_choice(CHOOSE_OTHER, gettext("Someone else…"), nobody))
    return buttons


def _choice(action: str, text: str, value: Wanted) -> Json:
    label = gettext("{choice}: choose who answers this", choice=text)
    return button(action, text, label, value.dump())


def decision_buttons(approval: ApprovalId, *, may_approve: bool = True) -> list[Json]:
    """Return the buttons under a message that asks for approval of a tool."""
    approve = gettext("Approve: let the expert use it")
    decline = gettext("Decline: do not let the expert use it")
    approving = button(APPROVE, gettext("Approve"), approve, approval, "primary")
    declining = button(DECLINE, gettext("Decline"), decline, approval, "danger")
    return [approving, declining] if may_approve else [declining]


def _show_work(post: Post) -> Json:
    label = gettext("Show work: how this reply came about")
    if post.persona:
        label = gettext(
            "Show work: how this reply of {expert} came about", expert=post.persona.name
        )
    return button(SHOW_WORK, gettext("Show work"), label, Subject(post.turn, post.part).dump())


def _go_on(post: Post) -> Json:
    label = gettext("Go on: have the rest of this reply written")
    if post.persona:
        label = gettext(
            "Go on: have the rest of this reply of {expert} written", expert=post.persona.name
        )
    pressed = Pressed(Wish.AGAIN, _about(post), post.expert)
    return button(GO_ON, gettext("Go on"), label, pressed.dump(), "primary")


def _about(post: Post) -> MessageTs:
    return post.about or MessageTs(post.turn.rpartition(":")[2])


def _more(post: Post) -> Json:
    again: tuple[Wish, ...] = (Wish.AGAIN, Wish.DEEPER) if post.expert else ()
    if post.by_function:
        again = (Wish.AGAIN,)
    return _menu(post, MORE, (*again, Wish.ANOTHER, Wish.EVERYONE))


def _menu(post: Post, action: str, wishes: Sequence[Wish]) -> Json:
    labels = {
        Wish.AGAIN: gettext("Try again"),
        Wish.DEEPER: gettext("Go deeper"),
        Wish.ANOTHER: gettext("Ask another expert…"),
        Wish.EVERYONE: gettext("Ask everyone"),
    }
    return {
        "type": "overflow",
        "action_id": action,
        "options": [
            option(labels[wish], Pressed(wish, _about(post), post.expert).dump()) for wish in wishes
        ],
    }


def _retry(post: Post) -> Json:
    label = gettext("Try again: let the panel answer this once more")
    return button(RETRY, gettext("Try again"), label, post.turn)


def _try_now(post: Post) -> Json:
    label = gettext("Try now: do not wait for the next try")
    return button(TRY_NOW, gettext("Try now"), label, post.turn)
