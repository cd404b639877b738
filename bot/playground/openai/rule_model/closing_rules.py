"""How the rule model sums up what the experts answered."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from bot.json_types import Json
from bot.playground.openai.items.items import text_of
from bot.playground.openai.languages import stem
from bot.playground.openai.rule_model.prompt_reading import (
    points_in,
    short_name,
    title_of,
    unframed,
)
from bot.playground.openai.stand_in.brain import ModelRequest, is_user
from bot.playground.openai.words import listed, matches, shortened

_TROUBLE = re.compile(
    r"\b(could not|cannot|failed|aborted|timed out|unavailable|there is no expert)\b",
    re.IGNORECASE,
)
_LONGEST_TROUBLE = 200
_LONGEST_POINT = 160
_MOST_SHARED = 3


@dataclass(frozen=True, slots=True)
class ExpertReply:
    """The reply of one expert."""

    title: str
    text: str

    @property
    def failed(self) -> bool:
        """Whether it says that there is no answer."""
        return len(self.text) <= _LONGEST_TROUBLE and bool(_TROUBLE.search(self.text))

    @property
    def points(self) -> list[str]:
        """The listed points, or the sentences."""
        return points_in(self.text) or [self.text]


def newest_outputs(items: Sequence[Json]) -> list[Json]:
    """Return the outputs after the newest user message."""
    since = max((n for n, item in enumerate(items) if is_user(item)), default=-1)
    return [item for item in items[since + 1 :] if item["type"] == "function_call_output"]


def sum_up(request: ModelRequest) -> str:
    """Return where the consulted experts agree, and what each of them stresses."""
    replies = expert_replies(request)
    answers = [reply for reply in replies if not reply.failed]
    missing = listed([reply.title for reply in replies if reply.failed])
    if not answers:
        return f"{missing} could not answer this time. Please ask again in a moment."
    lines = [_agreement(answers)]
    lines += [f"- **{reply.title}:** {_stressed(reply, answers)}" for reply in answers]
    if missing:
        lines += ["", f"Still missing: {missing}."]
    return "\n".join(lines)


def expert_replies(request: ModelRequest) -> list[ExpertReply]:
    """Return the experts' replies since the newest user message."""
    titles = {tool["name"]: title_of(tool) for tool in request.tools}
    calls = {i.get("call_id"): i["name"] for i in request.items if i["type"] == "function_call"}
    replies = []
    for output in newest_outputs(request.items):
        name = calls.get(output["call_id"], "")
        title = titles.get(name) or short_name(name).title()
        replies.append(ExpertReply(title, _without_lead(text_of(output), title)))
    return replies


def _without_lead(text: str, title: str) -> str:
    lead, line_end, rest = text.partition("\n")
    announces = line_end and title in lead and lead.rstrip().endswith(":")
    return unframed(rest if announces else text)


def _agreement(answers: Sequence[ExpertReply]) -> str:
    names = listed([reply.title for reply in answers])
    if len(answers) == 1:
        return f"**In short**, from {names}:"
    if shared := _shared(answers):
        both = "both" if len(answers) == 2 else "all"
        return f"**In short:** {names} {both} speak of {listed(shared)}. They stress:"
    return f"**In short:** {names} look at different sides of it:"


def _shared(answers: Sequence[ExpertReply]) -> list[str]:
    """Return the words that all the answers have in common, the most frequent first."""
    first, *others = ("\n".join(reply.points) for reply in answers)
    words = {match.word.casefold() for match in matches(first, first)}
    counted = Counter(stem(word) for text in (first, *others) for word in text.split())
    common = [word for word in words if all(_says(text, word) for text in others)]
    common.sort(key=lambda word: (-counted[stem(word)], word))
    return common[:_MOST_SHARED]


def _says(text: str, word: str) -> bool:
    return any(stem(other.word) == stem(word) for other in matches(text, word))


def _stressed(reply: ExpertReply, answers: Sequence[ExpertReply]) -> str:
    """Return the point of an answer that says what the others do not, if there is one."""
    others = "\n".join(point for other in answers if other is not reply for point in other.points)
    own = [point for point in reply.points if not matches(point.partition(":")[0], others)]
    return shortened((own or reply.points)[0], _LONGEST_POINT)
