"""Whose language is spoken."""

import asyncio

import pytest

from bot import language
from bot.language import gettext
from bot.panel.errors import MessengerUnavailable
from bot.panel.messaging.locales import Locales
from bot.panel.model import Person, Role, UserId
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
    with language.for_all():
        return own, gettext("Close")


async def test_everybody_hears_their_own_language():
    interpreter = Locales(PEOPLE)

    await interpreter.speak_to(ERIN)
    assert heard() == ("Schließen", "Schließen")
    await interpreter.speak_to(BEN)
    assert heard() == ("Close", "Close")


async def test_a_common_language_is_that_of_all_and_of_nobody_alone():
    interpreter = Locales(PEOPLE, "fr")

    await interpreter.speak_to(ERIN)
    assert heard() == ("Schließen", "Fermer")
    await interpreter.speak_to_all(ERIN)
    assert heard() == ("Fermer", "Fermer")


@pytest.mark.parametrize("common", ["", "ja"])
async def test_a_thread_hears_the_language_of_who_asked_unless_there_is_a_common_one(common):
    await Locales(PEOPLE, common).speak_to_all(ERIN)

    assert heard()[0] == ("閉じる" if common else "Schließen")


@pytest.mark.parametrize("user", [None, UserId("UNOBODY")])
async def test_whoever_is_not_known_hears_english(user):
    language.speak("de-DE")

    await Locales(PEOPLE).speak_to(user)

    assert heard() == ("Close", "Close")


@pytest.mark.parametrize("people", [AbsentPeople(), SilentPeople()])
async def test_not_knowing_a_language_keeps_nobody_from_being_answered(people):
    language.speak("de-DE")

    await Locales(people, timeout=0.01).speak_to(ERIN)

    assert heard() == ("Close", "Close")
