"""Every sentence of the bot has its translation in each language."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from bot.language import ENGLISH, LANGUAGES

TRANSLATED = [language for language in LANGUAGES if language != ENGLISH]
WORDS_IN = {"gettext": 1, "ngettext": 2, "pgettext": 2}  # arguments that are texts
PLACEHOLDER = re.compile(r"\{(\w*)\}")
LITERAL = re.compile(r"`[^`]*`|<@[^>]*>|:[a-z_]+:|https?://\S+")
ADVICE = "CONTRIBUTING.md tells how, under “A sentence to people”: translate with pybabel"

Key = tuple[str | None, str]


@pytest.fixture(scope="module")
def wanted(repository: Path) -> dict[Key, str | tuple[str, ...]]:
    """What the sources say."""
    found = extract_from_dir(repository / "bot", method_map=[("**.py", "python")])
    return {(context, _first(words)): words for _, _, words, _, context in found}


def catalogue(repository: Path, language: str) -> Catalog:
    """The translations, as they are written."""
    path = repository / "bot" / "locales" / language / "LC_MESSAGES" / "panelbot.po"
    with path.open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


@pytest.fixture(params=TRANSLATED)
def translated(request: pytest.FixtureRequest, repository: Path) -> Catalog:
    return catalogue(repository, request.param)


def test_every_sentence_is_translated(translated: Catalog, wanted):
    present = {key(message): message for message in translated if message.id}

    missing = [words for words in wanted if words not in present or not whole(present[words])]
    assert missing == [], f"not translated into {translated.locale}. {ADVICE}"
    assert [words for words in present if words not in wanted] == [], f"said no more. {ADVICE}"
    assert not translated.obsolete, f"said no more. {ADVICE}"


def test_no_translation_is_a_guess(translated: Catalog):
    assert [message.id for message in translated if message.id and message.fuzzy] == []


def test_translations_have_the_placeholders_of_their_sentence(translated: Catalog):
    for message in translated:
        many = message.id[-1] if isinstance(message.id, tuple) else message.id
        for form in forms(message) if message.id else ():
            assert placeholders(form) == placeholders(many), form


def test_what_is_typed_or_pressed_stays_as_it_is(translated: Catalog):
    """Commands and names between backticks are not translated, but the examples are."""
    examples = {"`Tax Counsel`"}
    for message in translated:
        literals = {one for one in LITERAL.findall(_first(message.id)) if one not in examples}
        for form in forms(message) if message.id else ():
            assert literals <= set(LITERAL.findall(form)), form


def test_every_language_has_its_plural_forms(translated: Catalog):
    for message in translated:
        if message.pluralizable:
            assert len(forms(message)) == translated.num_plurals


def test_sentences_are_found_by_the_extraction(repository: Path):
    """Babel sees only plain strings that are the first arguments, and none within an f-string."""
    hidden = [
        f"{path.relative_to(repository)}:{line}"
        for path in sorted((repository / "bot").rglob("*.py"))
        for line in _unseen(ast.parse(path.read_text("utf-8")))
    ]

    assert hidden == []


def _unseen(tree: ast.Module) -> Iterator[int]:
    within = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name), args=args) if name in WORDS_IN:
                plain = all(isinstance(one, ast.Constant) for one in args[: WORDS_IN[name]])
                if id(node) in within or not plain:
                    yield node.lineno


def key(message: Message) -> Key:
    return message.context, _first(message.id)


def forms(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)


def whole(message: Message) -> bool:
    return all(form.strip() for form in forms(message))


def placeholders(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text))


def _first(words: str | tuple[str, ...] | list[str]) -> str:
    return words if isinstance(words, str) else words[0]
