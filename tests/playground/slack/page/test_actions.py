import pytest
from aiohttp import web

from bot.playground.slack.page.actions import PageActions, Refused
from bot.playground.slack.web_api.methods.views import new_view
from bot.playground.slack.workspace.company import ADA, BEN, GENERAL, GUEST, PRODUCT
from tests.playground.slack.block_kit import modal


@pytest.fixture
async def actions(slack, bot):
    slack.deliver_to(bot.url)
    return PageActions(slack.state, slack.people)


@pytest.mark.parametrize(
    ("name", "details", "why"),
    [
        ("fly", {"user": ADA}, "does not know this action"),
        ("say", {"user": "U0NOBODY"}, "not in the workspace"),
        ("say", {"user": GUEST, "channel": PRODUCT, "text": "hello"}, "not in the channel"),
        ("say", {"user": ADA, "channel": GENERAL, "text": "  "}, "nothing to send"),
        ("say", {"user": ADA, "channel": GENERAL, "text": "hello", "thread": "1.0"}, "any more"),
        ("react", {"user": ADA, "channel": GENERAL, "ts": "1.0", "name": "eyes"}, "any more"),
        ("close", {"user": ADA, "view": "V0NONE"}, "any more"),
    ],
)
async def test_what_cannot_be_done_is_refused_in_words(slack, actions, name, details, why):
    with pytest.raises(Refused, match=why):
        await actions.perform(name, details)

    assert not list(slack.workspace.messages(GENERAL))


async def test_only_authors_change_their_messages(slack, actions):
    place = {"channel": GENERAL, "ts": slack.people.say(ADA, GENERAL, "mine")}

    for name in ("edit", "delete"):
        with pytest.raises(Refused, match="Only its author"):
            await actions.perform(name, {"user": BEN, "text": "yours"} | place)
    await actions.perform("edit", {"user": ADA, "text": "changed"} | place)

    assert slack.workspace.message(GENERAL, place["ts"]).text == "changed"


async def test_a_form_is_for_who_opened_it(slack, actions):
    view = new_view(slack.state, ADA, modal())

    with pytest.raises(Refused, match="any more"):
        await actions.perform("submit", {"user": BEN, "view": view.id})


async def test_an_answer_that_slack_does_not_take_is_said_so(slack, bot, actions):
    view = new_view(slack.state, ADA, modal())
    wrong = {"response_action": "update", "view": {"type": "modal"}}
    bot.answers.append(web.json_response(wrong))

    with pytest.raises(Refused, match="does not take what the app answered"):
        await actions.perform("submit", {"user": ADA, "view": view.id})

    assert view.is_open


async def test_a_bot_that_is_not_there_is_said_so(slack, bot, actions):
    view = new_view(slack.state, ADA, modal())
    bot.answers.append(web.Response(status=500))

    with pytest.raises(Refused, match="Is the bot running"):
        await actions.perform("submit", {"user": ADA, "view": view.id})
