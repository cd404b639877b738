"""What the rule model's router says itself, in the language of the question."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from bot.playground.openai.vocabulary import language_of

_FILE = "sentences.toml"


def sentence(name: str, of: str, /, **filled: object) -> str:
    """Return the sentence *name* in the language of the text *of*."""
    return _sentences()[language_of(of)][name].format(**filled)


@cache
def _sentences() -> Mapping[str, Mapping[str, str]]:
    text = (files("bot.playground.openai.rule_model") / _FILE).read_text("utf-8")
    return tomllib.loads(text)
