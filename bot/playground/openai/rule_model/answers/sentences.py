"""The sentences of ``sentences.toml``, by language."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from bot.playground.openai.languages import CHINESE, JAPANESE
from bot.playground.openai.vocabulary import function_words

_FILES = files("bot.playground.openai.rule_model.answers")
_BY_FIRST_WORD = "yes_no"
_OTHERS = ("de", "es", "fr", "pt", JAPANESE, CHINESE)  # the order in heads.toml


@dataclass(frozen=True, slots=True)
class Sentences:
    """The sentences of one language."""

    language: str

    def say(self, name: str, /, **filled: object) -> str:
        """Return the sentence *name*."""
        sentence: str = _sentences()[self.language][name]
        return sentence.format(**filled)

    def quoted(self, text: str) -> str:
        """Return *text* in quotation marks."""
        return self.say("quoted", text=text)

    def listed(self, names: Sequence[str]) -> str:
        """Return “A, B and C”."""
        comma = ", " if self.spaced else "、"
        return self.say("and").join(filter(None, [comma.join(names[:-1]), *names[-1:]]))

    @property
    def empty(self) -> frozenset[str]:
        """The words that say nothing by themselves."""
        return _empty(self.language)

    @property
    def spaced(self) -> bool:
        """Whether spaces stand between words."""
        return self.language not in (JAPANESE, CHINESE)

    def words(self, name: str) -> list[str]:
        """Return the words that are listed as *name*."""
        return self.say(name).split(", ")

    def kind(self, question: str) -> str:
        """Return the kind of question that *question* is."""
        kinds = _kinds(self.language)
        return next((kind for kind, known in kinds.items() if known.search(question)), "other")

    def head(self, english: str) -> str:
        """Return what an expert looks at, in this language if it is known."""
        known = _heads().get(english.casefold())
        return known[_OTHERS.index(self.language)] if known and self.language != "en" else english


@cache
def _sentences() -> Mapping[str, Mapping[str, Any]]:
    return tomllib.loads((_FILES / "sentences.toml").read_text("utf-8"))


@cache
def _empty(language: str) -> frozenset[str]:
    more = " ".join(_sentences()[language]["empty"].split()).split(", ")
    return function_words().get(language, frozenset()).union(more)


@cache
def _heads() -> Mapping[str, Sequence[str]]:
    return tomllib.loads((_FILES / "heads.toml").read_text("utf-8"))


@cache
def _kinds(language: str) -> Mapping[str, re.Pattern[str]]:
    spaced = language not in (JAPANESE, CHINESE)
    compiled = {}
    for kind, known in _sentences()[language]["kinds"].items():
        begins = r"(?:^|[,:;.] )\W*" if kind == _BY_FIRST_WORD else r"(?<!\w)"
        pattern = rf"{begins}(?:{known})(?!\w)" if spaced else known
        compiled[kind] = re.compile(pattern, re.IGNORECASE)
    return compiled
