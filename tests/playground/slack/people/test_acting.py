"""What people do, as the bot is told of it, and what they see of its answers."""

import json
from urllib.parse import parse_qsl

import pytest
from aiohttp import web

from bot.playground.slack.delivery.delivery import Undelivered
from bot.playground.slack.workspace.company import ADA, BEN, BOT_USER, GENERAL, GUEST, PRODUCT
from tests.playground.slack.block_kit import AGREE, modal

CHOICE = {
    "type": "actions",
    "block_id": "choice",
    "elements": [AGREE, {"type": "users_select", "action_id": "who"}],
}


@pytest.fixture
async def payloads(slack, bot):
    """What has come to the bot: commands as forms, actions as JSON in one."""
    slack.deliver_to(bot.url)

    def bodies():
        received = []
        for headers, body in bot.requests:
            if headers["Content-Type"] == "application/json":
                continue  # events
            form = dict(parse_qsl(body, keep_blank_values=True))
            received.append(json.loads(form["payload"]) if "payload" in form else form)
        return received

    return bodies


@pytest.fixture
async def message(client, slack):
    """A message of the bot's with something to press, in a thread."""
    root = slack.people.say(ADA, GENERAL, "hello")
    posted = await client.chat_postMessage(
        channel=GENERAL, thread_ts=root, text="Agree?", blocks=[CHOICE]
    )
    await slack.deliverer.settle()
    return slack.workspace.message(GENERAL, posted["ts"])


@pytest.fixture
async def view(client, slack):
    trigger = slack.state.new_trigger(ADA)
    opened = await client.views_open(trigger_id=trigger, view=modal(notify_on_close=True))
    return slack.workspace.views[opened["view"]["id"]]


def has_fields_of(sample, payload):
    """Whether the fields of *given* are those of Slack's sample."""
    not_in_every_sample = {"api_app_id", "response_urls"}
    return set(payload) - not_in_every_sample <= set(sample)


# Talking.


async def test_people_speak_where_they_are(slack):
    with pytest.raises(KeyError, match="is not in"):
        slack.people.say(GUEST, PRODUCT, "hello")
    with pytest.raises(KeyError, match="no message"):
        slack.people.say(ADA, GENERAL, "hello", "1.0")


async def test_a_reaction_is_shown_and_told_to_who_asked_for_it(slack, bot, payloads, reference):
    slack.state.events |= {"reaction_added"}
    ts = slack.people.say(ADA, GENERAL, "hello")

    slack.people.react(BEN, GENERAL, ts, "+1")
    await slack.deliverer.settle()

    assert slack.workspace.message(GENERAL, ts).reactions == {"+1": [BEN]}
    event = json.loads(bot.requests[-1][1])["event"]
    assert (event["user"], event["reaction"], event["item"]["ts"]) == (BEN, "+1", ts)
    reference.check("EvReactionAdded", event)


@pytest.mark.parametrize("tab", ["home", "messages"])
async def test_opening_the_app_is_told(slack, bot, payloads, reference, tab):
    slack.people.open_home(ADA, tab)
    await slack.deliverer.settle()

    event = json.loads(bot.requests[0][1])["event"]
    assert (event["user"], event["tab"]) == (ADA, tab)
    assert event["channel"] == slack.workspace.direct_channel(ADA, BOT_USER).id
    reference.check("EvAppHomeOpened", event)


# Commands.


async def test_a_command_tells_who_where_and_what(slack, bot, payloads, reference):
    bot.answers = [web.json_response({"text": "Done"})]

    result = await slack.people.slash(ADA, GENERAL, "/experts", "add payload 50% & more")

    assert (result.answer, result.error) == ({"text": "Done"}, "")
    (payload,) = payloads()
    assert (payload["user_id"], payload["channel_id"]) == (ADA, GENERAL)
    assert (payload["command"], payload["text"]) == ("/experts", "add payload 50% & more")
    sample = reference.sample("samples/interactive/SlashCommandPayload.json")
    assert has_fields_of(sample, payload)


async def test_the_answer_is_whispered_unless_it_is_for_the_channel(slack, bot, payloads):
    bot.answers = [
        web.json_response({"text": "for Ada"}),
        web.Response(text="plain words"),
        web.json_response({"text": "for all", "response_type": "in_channel"}),
        web.Response(),
    ]
    for _ in range(4):
        await slack.people.slash(ADA, GENERAL, "/experts")

    whispered = [message.text for message in slack.workspace.ephemeral(ADA, GENERAL)]
    assert whispered == ["for Ada", "plain words"]
    assert [message.text for message in slack.workspace.messages(GENERAL)] == ["for all"]


async def test_an_answer_that_is_no_message_is_an_error(slack, bot, payloads):
    bot.answers = [web.json_response({"blocks": [{"type": "poem"}]})]

    result = await slack.people.slash(ADA, GENERAL, "/experts")

    assert (result.answer, result.error) == (None, "invalid_blocks")
    (whisper,) = slack.workspace.ephemeral(ADA, GENERAL)
    assert whisper.text == "/experts failed: invalid_blocks"


async def test_a_response_url_is_good_for_five_uses(slack, payloads, session):
    await slack.people.slash(ADA, GENERAL, "/experts")
    url = payloads()[0]["response_url"]

    statuses = []
    for number in range(6):
        async with session.post(url, json={"text": f"answer {number}"}) as answer:
            statuses.append(answer.status)

    assert statuses == [200] * 5 + [404]
    whispered = [message.text for message in slack.workspace.ephemeral(ADA, GENERAL)]
    assert whispered == [f"answer {number}" for number in range(5)]


@pytest.mark.parametrize("body", ["", "{", "[]", '{"text": ""}', '{"blocks": [{"type": "poem"}]}'])
async def test_a_response_url_takes_messages_only(slack, payloads, session, body):
    await slack.people.slash(ADA, GENERAL, "/experts")

    async with session.post(payloads()[0]["response_url"], data=body) as answer:
        assert answer.status == 400

    assert not slack.workspace.ephemeral(ADA)


async def test_an_address_that_slack_has_not_given_takes_nothing(slack, session):
    async with session.post(f"{slack.url}/response/R1", json={"text": "hi"}) as answer:
        assert answer.status == 404


# Pressing and choosing.


async def test_a_click_tells_what_was_pressed_and_where(slack, payloads, message, reference):
    await slack.people.click(BEN, message, "agree")

    (payload,) = payloads()
    (action,) = payload["actions"]
    assert (payload["type"], payload["user"]["id"]) == ("block_actions", BEN)
    assert (action["action_id"], action["block_id"], action["value"]) == ("agree", "choice", "yes")
    assert payload["container"] == {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": GENERAL,
        "is_ephemeral": False,
        "thread_ts": message.thread_ts,
    }
    sample = reference.sample("samples/interactive/BlockActionPayload.json")
    assert has_fields_of(sample, payload)


async def test_a_choice_tells_what_was_chosen(slack, payloads, message):
    await slack.people.click(BEN, message, "who", ADA)

    assert payloads()[0]["actions"][0]["selected_user"] == ADA


async def test_what_is_not_there_cannot_be_pressed(slack, message):
    with pytest.raises(KeyError, match="no action disagree"):
        await slack.people.click(BEN, message, "disagree")


async def test_a_click_that_is_not_acknowledged_is_an_error(slack, bot, payloads, message):
    bot.answers = [web.Response(status=500)]

    with pytest.raises(Undelivered, match="http_error"):
        await slack.people.click(BEN, message, "agree")

    assert len(payloads()) == 1


async def test_a_click_can_be_answered_in_the_messages_place(slack, payloads, message, session):
    await slack.people.click(BEN, message, "agree")
    url = payloads()[0]["response_url"]

    async with session.post(url, json={"text": "Thanks", "replace_original": True}) as answer:
        assert answer.ok
    assert (message.text, message.blocks) == ("Thanks", [])

    async with session.post(url, json={"delete_original": True}) as answer:
        assert answer.ok
    assert slack.workspace.message(GENERAL, message.ts) is None


async def test_a_click_opens_a_modal(slack, client, payloads, message):
    await slack.people.click(BEN, message, "agree")

    await client.views_open(trigger_id=payloads()[0]["trigger_id"], view=modal())

    (view,) = slack.workspace.views.values()
    assert view.user == BEN


async def test_a_shortcut_tells_of_its_message(slack, payloads, message, reference):
    await slack.people.shortcut(BEN, message, "ask")

    (payload,) = payloads()
    assert (payload["type"], payload["callback_id"]) == ("message_action", "ask")
    assert payload["message"]["ts"] == payload["message_ts"] == message.ts
    sample = reference.sample("samples/interactive/MessageShortcutPayload.json")
    assert has_fields_of(sample, payload)


# Forms.


async def test_a_form_tells_what_was_filled_in(slack, payloads, view, reference):
    errors = await slack.people.submit_view(ADA, view.id, {"name": "Legal"})

    assert errors == {}
    assert not view.is_open
    (payload,) = payloads()
    state = payload["view"]["state"]["values"]
    assert state == {"name": {"name": {"type": "plain_text_input", "value": "Legal"}}}
    sample = reference.sample("samples/interactive/ViewSubmissionPayload.json")
    assert has_fields_of(sample, payload)


async def test_a_form_with_errors_stays_open(slack, bot, payloads, view):
    refused = {"response_action": "errors", "errors": {"name": "Taken"}}
    bot.answers = [web.json_response(refused)]

    assert await slack.people.submit_view(ADA, view.id, {"name": "Ben"}) == {"name": "Taken"}
    assert view.is_open


async def test_a_form_can_be_followed_by_another_in_its_place(slack, bot, payloads, view):
    told_before = view.hash
    following = {"response_action": "update", "view": modal(callback_id="second")}
    bot.answers = [web.json_response(following)]

    await slack.people.submit_view(ADA, view.id, {"name": "Legal"})

    assert (view.is_open, view.content["callback_id"]) == (True, "second")
    assert view.hash != told_before


async def test_a_form_can_be_followed_by_another_on_top(slack, bot, payloads, view):
    following = {"response_action": "push", "view": modal(callback_id="second")}
    bot.answers = [web.json_response(following), web.json_response({"response_action": "clear"})]

    await slack.people.submit_view(ADA, view.id, {"name": "Legal"})
    (_, second) = slack.workspace.views.values()
    assert (view.is_open, second.is_open) == (True, True)
    assert second.content["previous_view_id"] == view.id

    await slack.people.submit_view(ADA, second.id, {"name": "Legal"})
    assert (view.is_open, second.is_open) == (False, False)


async def test_closing_a_form_is_told_where_it_is_wanted(slack, payloads, view, reference):
    await slack.people.close_view(ADA, view.id)

    (payload,) = payloads()
    assert (payload["type"], payload["view"]["id"], payload["is_cleared"]) == (
        "view_closed",
        view.id,
        False,
    )
    sample = reference.sample("samples/interactive/ViewClosedPayload.json")
    assert has_fields_of(sample, payload)
