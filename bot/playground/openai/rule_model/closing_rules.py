"""How the rule model sums up what the experts answered."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.json_types import Json
from bot.playground.openai.items.items import text_of
from bot.playground.openai.rule_model.answers.sentences import Sentences
from bot.playground.openai.rule_model.answers.writing import sentences_of
from bot.playground.openai.rule_model.prompt_reading import (
    points_in,
    short_name,
    title_of,
    unframed,
)
from bot.playground.openai.stand_in.brain import ModelRequest, is_user
from bot.playground.openai.words import shortened

_TROUBLE = re.compile(
    r"\b(could not|cannot|failed|aborted|timed out|unavailable|there is no expert)\b",
    re.IGNORECASE,
)
_HEADLINE = re.compile(r"\*\*(.+)\*\*(?=\n|$)")
_HEAD = re.compile(r"^\s*[-*•]\s+\*\*(.+?)\s?[:：]?\*\*", re.MULTILINE)  # noqa: RUF001 - Chinese
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

    @property
    def gist(self) -> str:
        """The headline, or the first point."""
        headline = _HEADLINE.match(self.text)
        return headline[1] if headline else self.points[0]

    @property
    def heads(self) -> list[str]:
        """What the points begin with, in small letters."""
        return [head.casefold() for head in _HEAD.findall(self.text)]


def newest_outputs(items: Sequence[Json]) -> list[Json]:
    """Return the outputs after the newest user message."""
    since = max((n for n, item in enumerate(items) if is_user(item)), default=-1)
    return [item for item in items[since + 1 :] if item["type"] == "function_call_output"]


def sum_up(request: ModelRequest) -> str:
    """Return where the consulted experts agree, and where each of them begins."""
    sentences, replies = sentences_of(request), expert_replies(request)
    answers = [reply for reply in replies if not reply.failed]
    missing = sentences.listed([reply.title for reply in replies if reply.failed])
    if not answers:
        return sentences.say("nobody", names=missing)
    lines = [_agreement(answers, sentences)]
    lines += [f"- **{one.title}:** {shortened(one.gist, _LONGEST_POINT)}" for one in answers]
    if missing:
        lines += ["", sentences.say("missing", names=missing)]
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


def _agreement(answers: Sequence[ExpertReply], sentences: Sentences) -> str:
    names = sentences.listed(list(dict.fromkeys(reply.title for reply in answers)))
    if len(answers) == 1:
        return sentences.say("one", names=names)
    first, *others = (reply.heads for reply in answers)
    if shared := [head for head in first if all(head in heads for heads in others)]:
        return sentences.say("shared", names=names, words=sentences.listed(shared[:_MOST_SHARED]))
    return sentences.say("differ", names=names)
