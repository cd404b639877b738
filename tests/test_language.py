import asyncio
from datetime import date
from decimal import Decimal

import pytest

from bot import language
from bot.language import LANGUAGES, dollars, gettext, listing, month, ngettext, number, pgettext

STOPPED = "Stopped. {experts} did not get to answer."


def test_english_and_six_others_are_spoken():
    assert LANGUAGES == ("en", "de", "es", "fr", "ja", "pt", "zh")


@pytest.mark.parametrize(
    ("tag", "said"),
    [
        ("en-GB", "Ada asks everybody."),
        ("de-DE", "Ada fragt alle."),
        ("de_AT", "Ada fragt alle."),
        ("es-LA", "Ada pregunta a todos."),
        ("fr-FR", "Ada demande l'avis de tout le monde."),
        ("ja-JP", "Ada さんが全員に聞いています。"),
        ("pt-BR", "Ada pergunta a todos."),
        ("zh-CN", "Ada 询问了所有人。"),
        ("zh-TW", "Ada 询问了所有人。"),
        ("ko-KR", "Ada asks everybody."),
        ("", "Ada asks everybody."),
        ("?/../..", "Ada asks everybody."),
    ],
)
def test_somebody_is_told_in_the_nearest_language(tag, said):
    language.set_language(tag)

    assert gettext("{person} asks everybody.", person="Ada") == said


def test_what_stands_for_a_placeholder_is_not_read_itself():
    assert gettext("{person} asks everybody.", person="{0} {evil}") == "{0} {evil} asks everybody."


@pytest.mark.parametrize(
    ("tag", "one", "two"),
    [
        ("en-US", "Stopped. A did not", "Stopped. A and B did not"),
        ("de-DE", "Gestoppt. A hat", "Gestoppt. A und B haben"),
        ("ja-JP", "停止しました。A ", "停止しました。A、B "),
    ],
)
def test_words_fit_how_many_there_are(tag, one, two):
    language.set_language(tag)

    told = [ngettext(STOPPED, STOPPED, len(names), experts=listing(names)) for names in ("A", "AB")]

    assert told[0].startswith(one)
    assert told[1].startswith(two)


def test_a_count_is_written_as_other_numbers_are():
    language.set_language("de-DE")

    assert ngettext("{count} token", "{count} tokens", 12_345) == "12.345 Tokens"


def test_one_word_with_two_senses_has_two_translations():
    language.set_language("es-ES")

    assert pgettext("reply", "Good") == "Buena"
    assert pgettext("tools", "None") == "Ninguna"


@pytest.mark.parametrize(
    ("tag", "long", "short", "price", "names", "november"),
    [
        ("en-US", "50,000", "1.5", "$1,234.50", "A, B, and C", "November 2026"),
        ("en-GB", "50,000", "1.5", "US$1,234.50", "A, B and C", "November 2026"),
        ("de-DE", "50.000", "1,5", "1.234,50\xa0$", "A, B und C", "November 2026"),
        ("de-CH", "50\u2019000", "1.5", "$\xa01\u2019234.50", "A, B und C", "November 2026"),
        ("es-LA", "50,000", "1.5", "USD1,234.50", "A, B y C", "noviembre de 2026"),
        ("pt-BR", "50.000", "1,5", "US$\xa01.234,50", "A, B e C", "novembro de 2026"),
        ("ja-JP", "50,000", "1.5", "$1,234.50", "A、B、C", "2026年11月"),
        ("pl-PL", "50,000", "1.5", "$1,234.50", "A, B, and C", "November 2026"),
    ],
)
def test_numbers_dates_and_lists_are_those_of_the_region(tag, long, short, price, names, november):
    language.set_language(tag)

    assert (number(50_000), number(1.5, "0.0")) == (long, short)
    assert dollars(Decimal("1234.5"), 2) == price
    assert listing(["A", "B", "C"]) == names
    assert month(date(2026, 11, 1)) == november


def test_small_amounts_are_told_as_exactly_as_wanted():
    assert dollars(Decimal("0.00103"), 4) == "$0.0010"
    assert dollars(Decimal(0), 2) == "$0.00"


def test_a_day_is_written_as_in_the_region_and_anything_else_stays():
    assert language.day("2026-11-20") == "Nov 20, 2026"
    language.set_language("de-DE")
    assert language.day("2026-11-20") == "20.11.2026"
    assert language.day("last year") == "last year"


def test_what_all_can_read_may_be_said_in_another_language():
    language.set_language("fr-FR", shared="de")

    with language.in_shared_language():
        assert gettext("Close") == "Schließen"
    assert gettext("Close") == "Fermer"


def test_where_nothing_else_is_said_all_hear_the_same():
    language.set_language("fr-FR")

    with language.in_shared_language():
        assert gettext("Close") == "Fermer"


async def test_tasks_do_not_hear_each_others_language():
    async def close(tag: str) -> str:
        language.set_language(tag)
        await asyncio.sleep(0)
        return gettext("Close")

    assert await asyncio.gather(close("de-DE"), close("ja-JP")) == ["Schließen", "閉じる"]
    assert gettext("Close") == "Close"
