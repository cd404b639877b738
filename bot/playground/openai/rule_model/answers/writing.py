"""Writing an answer: a headline, three points with the question's words, a table of numbers."""

from collections.abc import Iterator, Sequence

from bot.playground.openai.languages import CHINESE, JAPANESE
from bot.playground.openai.rule_model.answers.aspects import Aspect, aspects_of
from bot.playground.openai.rule_model.answers.question import Question, read
from bot.playground.openai.rule_model.answers.quotes import fitting_sentence
from bot.playground.openai.rule_model.answers.sentences import Sentences
from bot.playground.openai.rule_model.prompt_reading import (
    asked_before,
    brief_in,
    files_in,
    question_in,
    texts_of_files_in,
)
from bot.playground.openai.stand_in.brain import ModelRequest, is_user
from bot.playground.openai.words import shortened

_POINTS = ("first", "second", "third")
_TABLE_OF = 3  # numbers, also where none is asked for
_LONGEST_BEFORE = 100


def question_of(request: ModelRequest) -> Question:
    """Return the newest question to an expert."""
    said, before = question_in(request.last_user_text), asked_before(request.items)
    return read(brief_in(request.last_user_text), said, before, request.instructions)


def sentences_of(request: ModelRequest) -> Sentences:
    """Return the sentences in the language of the newest question."""
    return question_of(request).sentences


def answer(request: ModelRequest, found: str = "") -> str:
    """Return what an expert has to say; under the headline, what it has *found* out."""
    return f"{headline(request)}\n\n{found}{body(request)}"


def headline(request: ModelRequest) -> str:
    """Return the first line: the asker's own words, and where to begin."""
    question, (aspect, *_) = _read(request)
    sentences = question.sentences
    begin = aspect.head or sentences.words("aspects")[0]
    said = sentences.say(question.kind, topic=question.topic, aspect=_inside(begin, sentences))
    return f"**{said}**"


def body(request: ModelRequest) -> str:
    """Return what follows the headline."""
    question, aspects = _read(request)
    parts = [
        "\n".join(f"- {point}" for point in _points(question, aspects)),
        _table(question, aspects),
        _files(request, question),
        _before(request, question.sentences),
    ]
    return "\n\n".join(filter(None, parts))


def _read(request: ModelRequest) -> tuple[Question, list[Aspect]]:
    question = question_of(request)
    return question, aspects_of(request.instructions, question)


def _inside(head: str, sentences: Sentences) -> str:
    """Return *head* as it is written within a sentence."""
    abbreviated = head[1:2].isupper()
    keeps = abbreviated or sentences.language in {"de", JAPANESE, CHINESE}
    return head if keeps else head[:1].lower() + head[1:]


def _points(question: Question, aspects: Sequence[Aspect]) -> Iterator[str]:
    sentences = question.sentences
    terms = [sentences.quoted(term) for term in question.terms]
    for place, (name, aspect) in enumerate(zip(_POINTS, aspects, strict=True)):
        term = terms[place % len(terms)]
        if not aspect.head:
            yield sentences.say("rule", term=term, rule=aspect.detail)
        elif aspect.detail:
            yield sentences.say(name, head=aspect.head, term=term, detail=aspect.detail)
        else:
            yield sentences.say(f"{name}_head", head=aspect.head, term=term)


def _table(question: Question, aspects: Sequence[Aspect]) -> str:
    """Return what is known of the numbers, and what has to be found out: no number is made up."""
    if question.kind != "number" and len(question.figures) < _TABLE_OF:
        return ""
    say = question.sentences.say
    heads = question.sentences.words("figures")
    rows = [heads, ["---"] * len(heads)]
    rows += [[one.label or heads[0], one.value, say("given")] for one in question.figures]
    wanted = [one.head for one in aspects if one.head and one.fits] or [question.topic]
    rows += [[name, say("open"), say("estimated")] for name in wanted]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _files(request: ModelRequest, question: Question) -> str:
    say, quoted = question.sentences.say, question.sentences.quoted
    newest = next((item for item in reversed(request.items) if is_user(item)), {})
    names = [f"`{name}`" if name else say("image") for name in files_in(newest)]
    if not names:
        return ""
    lines = [say("files", names=question.sentences.listed(names))]
    for name, text in texts_of_files_in(newest).items():
        quote = quoted(fitting_sentence(question.text, text))
        lines.append("- " + say("file_says", name=f"`{name}`", quote=quote))
    return "\n".join(lines)


def _before(request: ModelRequest, sentences: Sentences) -> str:
    before = asked_before(request.items)
    earlier = shortened(before[-1], _LONGEST_BEFORE) if before else ""
    return sentences.say("follows", before=sentences.quoted(earlier)) if earlier else ""
