"""The language of the bot's messages: translations, numbers, dates and lists.

Sentences are written in English in the code and translated when they are used, into the language
set for the current task: that of one person, or the shared one of everybody who reads a thread.
The translations are gettext catalogues in ``bot/locales``, loaded on first use.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files
from io import BytesIO, StringIO
from typing import Literal

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal

ENGLISH = "en"
_CATALOGUES = files("bot") / "locales"
_TRANSLATED = (folder.name for folder in _CATALOGUES.iterdir() if folder.is_dir())
LANGUAGES = (ENGLISH, *sorted(_TRANSLATED))
_SLACK_LOCALES = {"es_LA": "es_419"}  # Slack's name for the Spanish of Latin America

_current: ContextVar[str] = ContextVar("current", default=ENGLISH)
_shared: ContextVar[str] = ContextVar("shared", default=ENGLISH)


@dataclass(frozen=True, slots=True)
class _Language:
    locale: Locale
    catalogue: NullTranslations


def set_language(tag: str, *, shared: str = "") -> None:
    """Use the language *tag* (as Slack writes it: ``pt-BR``) in this task from now on.

    What everybody can read is in *shared*, if that is given.
    """
    _current.set(tag)
    _shared.set(shared or tag)


def current_language() -> str:
    """Return the tag of this task's language."""
    return _current.get()


@contextmanager
def in_language(tag: str) -> Iterator[None]:
    """Use the language *tag* inside the block."""
    token = _current.set(tag)
    try:
        yield
    finally:
        _current.reset(token)


@contextmanager
def in_shared_language() -> Iterator[None]:
    """Use the shared language inside the block, for what everybody can read."""
    with in_language(_shared.get()):
        yield


def gettext(sentence: str, /, **values: object) -> str:
    """Return *sentence* translated, with *values* for its placeholders."""
    return _language().catalogue.gettext(sentence).format(**values)


def pgettext(context: str, words: str, /, **values: object) -> str:
    """Return *words* translated; *context* tells translators in which sense."""
    return _language().catalogue.pgettext(context, words).format(**values)


def ngettext(one: str, many: str, count: int, /, **values: object) -> str:
    """Return the translated form for *count*, with that for ``{count}``."""
    form = _language().catalogue.ngettext(one, many, count)
    return form.format(count=number(count), **values)


def number(value: float | Decimal, pattern: str | None = None) -> str:
    """Return a number formatted for the locale, to *pattern* (``0.0``) if given."""
    return format_decimal(value, format=pattern, locale=_language().locale)


def dollars(amount: Decimal, places: int) -> str:
    """Return an amount of US dollars with that many decimal *places*."""
    locale = _language().locale
    rounded = round(amount, places)
    pattern = locale.currency_formats["standard"].pattern.replace("0.00", f"0.{'0' * places}")
    return format_currency(
        rounded, "USD", format=pattern, locale=locale, currency_digits=False, group_separator=True
    )


def listing(names: Sequence[str], link: Literal["standard", "or"] = "standard") -> str:
    """Return *names* as a list in a sentence, the last one after an "and" or "or"."""
    return format_list(names, style=link, locale=_language().locale)


def month(first: date) -> str:
    """Return the month that begins on *first*: ``November 2026``."""
    return format_skeleton("yMMMM", first, locale=_language().locale)


def day(written: str) -> str:
    """Return a date (``2026-11-20``) formatted for the locale; anything else stays as it is."""
    try:
        parsed = date.fromisoformat(written)
    except ValueError:
        return written
    return format_date(parsed, format="medium", locale=_language().locale)


def nearest(tag: str) -> str:
    """Return which of our languages to use for somebody whose locale is *tag*."""
    language = tag.replace("_", "-").partition("-")[0].lower()
    return language if language in LANGUAGES else ENGLISH


def _language() -> _Language:
    return _load(_current.get())


@lru_cache(maxsize=256)
def _load(tag: str) -> _Language:
    language = nearest(tag)
    return _Language(_locale(tag, language), _catalogue(language))


def _locale(tag: str, language: str) -> Locale:
    """Return the locale for numbers, dates and lists: the region's, if it is known."""
    name = tag.replace("-", "_")
    try:
        locale = Locale.parse(_SLACK_LOCALES.get(name, name))
    except (UnknownLocaleError, ValueError):
        return Locale(language)
    return locale if locale.language == language else Locale(language)


@cache
def _catalogue(language: str) -> NullTranslations:
    if language == ENGLISH:
        return NullTranslations()
    source = _CATALOGUES / language / "LC_MESSAGES" / "panelbot.po"
    compiled = BytesIO()
    write_mo(compiled, read_po(StringIO(source.read_text("utf-8")), locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)
