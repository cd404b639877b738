"""A turn is told in the language of whoever asked."""

import asyncio

import pytest

from bot import language
from bot.panel.errors import GiveUp, ModelFault, ModelRefused
from bot.panel.messaging.people import Person, Role
from bot.panel.model import UserId
from bot.panel.texts import sentences
from tests.fakes.language_model import ROUTER
from tests.panel.conftest import THREAD, consult

ERIN = UserId("UERIN")


@pytest.fixture(autouse=True)
def erin(bench):
    bench.people.add(Person(ERIN, "Erin", Role.MEMBER, "de-DE"))


async def run(bench, text: str, user: str = ERIN) -> list[str]:
    """Let *user* ask, and return what is said."""
    await bench.runner().run(await bench.claim(text, user=user))
    return [post.text for _, _, post in bench.messenger.posts]


async def test_plan_status_and_an_experts_failure(bench):
    bench.model.script(ROUTER, [consult("legal")], "Nobody knows.")
    bench.model.script("legal", [ModelRefused(ModelFault.FILTERED, "HTTP 400")])

    said = await run(bench, "Well?")

    with language.in_language("de"):
        assert sentences.asked(["Legal Counsel"]) in said
    assert any("Inhaltsfilter des Modelldienstes" in one for one in said)
    assert bench.messenger.statuses[:2] == ["liest …", "fragt Legal Counsel …"]


async def test_the_answer_to_a_command(bench):
    assert await run(bench, "stop") == ["Ich arbeite hier an nichts mehr."]


async def test_a_common_language_goes_before_that_of_the_asker(bench):
    bench.language = "pt"

    assert await run(bench, "stop") == ["Não estou mais trabalhando em nada aqui."]


async def test_each_asker_hears_their_own(bench):
    await run(bench, "stop")
    bench.lose()
    await bench.queue.done(await bench.queue.claim())
    claim = await bench.claim("stop", "2.0", user="UMEMBER")
    await bench.runner().run(claim)

    *_, (_, _, last) = bench.messenger.posts
    assert last.text == "I am not working on anything here any more."


async def test_a_turn_that_is_given_up_and_one_that_is_stopped(bench):
    claim = await bench.claim("Well?", user=ERIN)

    await asyncio.create_task(bench.runner().give_up(claim, GiveUp("its workers died with it")))
    await asyncio.create_task(bench.runner().stop(claim))

    told = [post.text for where, _, post in bench.messenger.posts if where == THREAD]
    assert told[0].startswith("Ich konnte das nicht beantworten")
    assert told[1] == "Gestoppt."
