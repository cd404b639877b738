"""Whose language is spoken."""

import asyncio

import pytest

from bot import language
from bot.language import gettext
from bot.panel.errors import MessengerUnavailable
from bot.panel.messaging.locales import Locales
from bot.panel.messaging.people import Person, Role
from bot.panel.model import UserId
from tests.fakes.people import FakePeople

ERIN, BEN = UserId("UERIN"), UserId("UMEMBER")
PEOPLE = FakePeople(Person(ERIN, "Erin", Role.MEMBER, "de-DE"))


class AbsentPeople(FakePeople):
    """Cannot be asked."""

    async def person(self, user: UserId) -> Person:
        raise MessengerUnavailable("timeout")


class SilentPeople(FakePeople):
    """Never answer."""

    async def person(self, user: UserId) -> Person:
        await asyncio.Event().wait()
        raise AssertionError


def heard() -> tuple[str, str]:
    """What one person hears, and what all do."""
    own = gettext("Close")
    with language.in_shared_language():
        return own, gettext("Close")


async def test_everybody_hears_their_own_language():
    locales = Locales(PEOPLE)

    await locales.use_language_of(ERIN)
    assert heard() == ("Schließen", "Schließen")
    await locales.use_language_of(BEN)
    assert heard() == ("Close", "Close")


async def test_a_common_language_is_that_of_all_and_of_nobody_alone():
    locales = Locales(PEOPLE, "fr")

    await locales.use_language_of(ERIN)
    assert heard() == ("Schließen", "Fermer")
    await locales.use_shared_language(ERIN)
    assert heard() == ("Fermer", "Fermer")


@pytest.mark.parametrize("common", ["", "ja"])
async def test_a_thread_hears_the_language_of_who_asked_unless_there_is_a_common_one(common):
    await Locales(PEOPLE, common).use_shared_language(ERIN)

    assert heard()[0] == ("閉じる" if common else "Schließen")


@pytest.mark.parametrize("user", [None, UserId("UNOBODY")])
async def test_whoever_is_not_known_hears_english(user):
    language.set_language("de-DE")

    await Locales(PEOPLE).use_language_of(user)

    assert heard() == ("Close", "Close")


@pytest.mark.parametrize("people", [AbsentPeople(), SilentPeople()])
async def test_not_knowing_a_language_keeps_nobody_from_being_answered(people):
    language.set_language("de-DE")

    await Locales(people, timeout=0.01).use_language_of(ERIN)

    assert heard() == ("Close", "Close")
