"""How the rule model answers as an expert: from the points in the expert's instructions."""

import re

from bot.playground.openai.documents.retrieval import overlap
from bot.playground.openai.rule_model.prompt_reading import (
    asked_before,
    brief_in,
    files_in,
    points_in,
    texts_of_files_in,
)
from bot.playground.openai.stand_in.brain import ModelRequest, is_user
from bot.playground.openai.words import listed, score, shortened

_ROLE = re.compile(r"\b[Yy]ou are (?:an? |the |our )?([^.,:;\n]{3,80})")
_ROLE_ENDS = re.compile(r"\s+(?:of|who|in|at|for|on|with|and|to)\s")
_FEWEST_POINTS, _MOST_POINTS = 2, 4
_LONGEST_HEAD = 60
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n\s*\n|\n(?=\s*[-*#])")
_LONGEST_QUOTE = 240


def answer(request: ModelRequest) -> str:
    """Return what the expert has to say to the newest message."""
    wanted = brief_in(request.last_user_text)
    newest = next((item for item in reversed(request.items) if is_user(item)), {})
    before = asked_before(request.items)
    lines = [_opening(request.instructions, wanted), ""]
    lines += [_shown(point) for point in _points(request.instructions, wanted)]
    if files := files_in(newest):
        lines += ["", f"I was given {listed([f'`{name}`' for name in files])}."]
        for name, text in texts_of_files_in(newest).items():
            lines.append(f"- `{name}` says: “{fitting_sentence(wanted, text)}”")
    if before:
        lines += ["", f"This goes with what was asked before: “{shortened(before[-1], 100)}”"]
    return "\n".join(lines)


def fitting_sentence(query: str, text: str) -> str:
    """Return the sentence of *text* that has most to do with *query*."""
    sentences = [sentence.strip(" #*-\t\n") for sentence in _SENTENCE_END.split(text)]
    best = max(sentences, key=lambda sentence: overlap(query, sentence), default=text)
    return shortened(best, _LONGEST_QUOTE)


def _opening(instructions: str, wanted: str) -> str:
    role = _ROLE.search(instructions)
    name = f"As {_ROLE_ENDS.split(role[1])[0].strip()}, " if role else ""
    first = "I look at this first" if name else "This comes first"
    asked = shortened(wanted, 200)
    return f"{name}{first} for “{asked}”:" if asked else f"{name}{first}:"


def _points(instructions: str, wanted: str) -> list[str]:
    """Return the points of the instructions that have most to do with the question."""
    points = points_in(_ROLE.sub("", instructions))
    scored = [(score(wanted, point), point) for point in points]
    scored.sort(key=lambda pair: -pair[0])
    fitting = [point for one, point in scored if one][:_MOST_POINTS]
    rest = [point for point in points if point not in fitting]
    return fitting + rest[: max(0, _FEWEST_POINTS - len(fitting))]


def _shown(point: str) -> str:
    head, colon, rest = point.strip(" .").partition(":")
    if not colon or len(head) > _LONGEST_HEAD:
        return f"- {point}"
    return f"- **{head.strip('* ')}:** {rest.strip('* ')}"
