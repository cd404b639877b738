"""Follow-ups at the press of a button: who is to answer, and what the models read."""

from collections.abc import Sequence
from dataclasses import replace

from bot.panel.model import Expert, Panel, Steer, Wish
from bot.panel.utterance import Utterance

_INSTRUCTIONS = {
    Wish.ASK: "Somebody wants the panel's view of this:",
    Wish.AGAIN: "The last answer to this did not help. Answer again, in another way:",
    Wish.DEEPER: "Go deeper on this than the last answer did: check it, be specific, say what "
    "it rests on and where it ends:",
    Wish.ANOTHER: "Your view of this is wanted, too:",
    Wish.EVERYONE: "Everybody's view of this is wanted:",
}
_GO_ON = (
    "The last answer to this was cut off; below is the question, and then how far the answer came. "
    "Go on exactly where it stops, as if it had never stopped: repeat nothing of it."
)
_TAIL = 2_000  # characters of that answer


def wanted(steer: Steer, panel: Panel) -> tuple[Expert, ...]:
    """Return the experts who are to answer; none if the router is to decide."""
    if steer.wish is Wish.EVERYONE:
        return panel.experts
    return tuple(expert for expert in panel.experts if expert.name in steer.experts)


def request(steer: Steer, pressed: Utterance, asked: Sequence[Utterance]) -> Utterance:
    """Return what models read of a pressed button: what is wanted, of what people *asked*."""
    files = tuple(file for message in asked for file in message.files)
    wish = _GO_ON if steer.goes_on else _INSTRUCTIONS[steer.wish]
    return replace(pressed, text=wish, files=files, about=tuple(asked))


def end_of(answer: Utterance) -> Utterance:
    """Return the end of an *answer* that was cut."""
    text = answer.text if len(answer.text) <= _TAIL else f"[…] {answer.text[-_TAIL:]}"
    return replace(answer, text=text, files=())
