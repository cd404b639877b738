"""Reading labelled questions: every fault names the file, line and column; all are told."""

import re
from collections.abc import Callable, Sequence
from importlib.resources import files

from bot.operations.evaluation.checks import Check, CheckKind
from bot.operations.evaluation.questions import Earlier, Experts, Question
from bot.panel.errors import Refused
from bot.panel.model import ExpertName
from bot.panel.roster.expert_checks import check_name
from bot.settings.yaml_files.yaml_nodes import Fault, Fields, YamlNode
from bot.settings.yaml_files.yaml_parsing import load, parse_bundled

_FIELDS = ("id", "text", "experts", "also_acceptable", "thread", "tags", "lang", "answer")
_CHECKS = tuple(map(str, CheckKind))
_ANSWER_FIELDS = (*_CHECKS, "experts")
_EARLIER_FIELDS = ("text", "asked")
_BUNDLED = "routing_questions.yaml"


def load_questions(path: str) -> Sequence[Question]:
    """Return the questions in the file at *path*. Raises Refused, naming all faults."""
    return load(path).whole(_questions)


def bundled_questions() -> Sequence[Question]:
    """Return the questions about the bundled experts."""
    text = (files("bot.experts") / _BUNDLED).read_text(encoding="utf-8")
    return parse_bundled(text, _BUNDLED).whole(_questions)


def _questions(root: YamlNode) -> Sequence[Question]:
    nodes = root.items()
    questions, taken = list[Question](), dict[str, int]()
    for number, node in enumerate(nodes, 1):
        question = node.known_by("id", f"question {number}").read(_question, None)
        if question is None:
            continue
        if question.id in taken:
            node.named(question.id).note(f"appears twice, first in line {taken[question.id]}")
        taken.setdefault(question.id, node.place[0] + 1)
        questions.append(question)
    if not nodes:
        root.note("has no questions")
    return questions


def _question(node: YamlNode) -> Question:
    fields = node.fields(_FIELDS, required=("text", "experts"))
    label: Experts = fields.read("experts", _experts, frozenset())
    others: list[Experts] = fields.read("also_acceptable", lambda sets: sets.each(_experts), [])
    tags = fields.read("tags", lambda tags: tags.each(YamlNode.text), [])
    language = fields.read("lang", YamlNode.text, "")
    text = fields.read("text", _words, "")
    return Question(
        fields.read("id", YamlNode.text, "") or node.path[-1],
        text,
        (label, *others),
        tuple(fields.read("thread", lambda earlier: earlier.each(_earlier), [])),
        tuple(dict.fromkeys([*tags, *([f"lang {language}"] if language else [])])),
        tuple(fields.read("answer", _checks, [])),
    )


def _checks(node: YamlNode) -> list[Check]:
    fields = node.fields(_ANSWER_FIELDS)
    checks = _checks_in(fields, None)
    experts = fields.read("experts", YamlNode.fields, Fields())
    for own in experts.values():
        checks += _checks_in(own.read(_only_checks, Fields()), own.read(_named_expert, None))
    if not checks:
        node.note("has no checks")
    return checks


def _only_checks(node: YamlNode) -> Fields:
    return node.fields(_CHECKS)


def _checks_in(fields: Fields, expert: ExpertName | None) -> list[Check]:
    return [
        Check(kind, expected, expert)
        for kind in CheckKind
        for expected in fields.read(kind, _PATTERNS if kind is CheckKind.MATCHES else _TEXTS, [])
    ]


def _one_or_more(reader: Callable[[YamlNode], str]) -> Callable[[YamlNode], list[str]]:
    return lambda node: node.each(reader) if node.is_list else [reader(node)]


def _pattern(node: YamlNode) -> str:
    try:
        re.compile(text := _words(node))
    except (re.error, OverflowError, RecursionError) as error:
        raise node.error(f"is no regular expression: {error}") from error
    return text


def _words(node: YamlNode) -> str:
    if not (text := node.text()).strip():
        raise node.error("has no words")
    return text


def _earlier(node: YamlNode) -> Earlier:
    fields = node.fields(_EARLIER_FIELDS, required=_EARLIER_FIELDS)
    asked = fields.read("asked", lambda names: names.each(_expert), [])
    return Earlier(fields.read("text", YamlNode.text, ""), tuple(asked))


def _experts(node: YamlNode) -> Experts:
    return frozenset(node.each(_expert))


def _expert(node: YamlNode) -> ExpertName:
    return _checked_name(node, node.text())


def _named_expert(node: YamlNode) -> ExpertName:
    return _checked_name(node, node.path[-1])


def _checked_name(node: YamlNode, name: str) -> ExpertName:
    try:
        return check_name(name)
    except Fault:
        raise
    except Refused as refusal:
        raise node.error(f"is not the name of an expert: {refusal}") from refusal


_TEXTS, _PATTERNS = _one_or_more(_words), _one_or_more(_pattern)
