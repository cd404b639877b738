import pytest

from bot.playground.slack.delivery import response_urls
from bot.playground.slack.workspace.company import ADA, BEN, GENERAL


@pytest.fixture
def urls(slack):
    return slack.people._response_urls


@pytest.fixture
def answer(session):
    """How a bot answers a response URL; gives the status and the text."""

    async def send(url, body):
        kind = {"json": body} if isinstance(body, dict) else {"data": body}
        async with session.post(url, **kind) as response:
            return response.status, await response.text()

    return send


def whispers(slack, user=ADA):
    return [message.text for message in slack.workspace.ephemeral(user, GENERAL)]


def texts(slack):
    return [message.text for message in slack.workspace.messages(GENERAL)]


async def message_of_the_bot(slack, client, **more):
    posted = await client.chat_postMessage(channel=GENERAL, text="Shall I?", **more)
    return slack.workspace.message(GENERAL, posted["ts"])


async def test_answers_are_for_one_unless_they_are_for_all(slack, urls, answer):
    url = urls.new(ADA, GENERAL)

    assert await answer(url, {"text": "just for you"}) == (200, "ok")
    assert await answer(url, {"text": "for all", "response_type": "in_channel"}) == (200, "ok")

    assert whispers(slack) == ["just for you"]
    assert whispers(slack, BEN) == []
    assert texts(slack) == ["for all"]


async def test_an_url_is_good_for_five_answers(slack, urls, answer):
    url = urls.new(ADA, GENERAL)

    sent = [await answer(url, {"text": f"answer {number}"}) for number in range(6)]

    assert [status for status, _ in sent] == [200] * 5 + [404]
    assert "used_url" in sent[-1][1]
    assert len(whispers(slack)) == 5


async def test_an_url_is_good_for_half_an_hour(slack, urls, answer, monkeypatch):
    url = urls.new(ADA, GENERAL)
    monkeypatch.setattr(response_urls, "LIFETIME_SECONDS", -1)

    status, text = await answer(url, {"text": "too late"})

    assert (status, "expired_url" in text) == (404, True)
    assert whispers(slack) == []


async def test_an_url_that_was_never_given_is_not_found(slack, answer):
    status, _ = await answer(f"{slack.url}/response/R1", {"text": "hello"})

    assert status == 404


async def test_the_message_that_was_acted_on_is_replaced(slack, client, urls, answer):
    message = await message_of_the_bot(slack, client, blocks=[{"type": "divider"}])
    url = urls.new(ADA, GENERAL, message)

    assert await answer(url, {"text": "Done.", "replace_original": True}) == (200, "ok")

    assert (message.text, message.blocks) == ("Done.", [])
    assert texts(slack) == ["Done."]


async def test_the_message_that_was_acted_on_is_deleted_once(slack, client, urls, answer):
    url = urls.new(ADA, GENERAL, await message_of_the_bot(slack, client))

    assert await answer(url, {"delete_original": True}) == (200, "ok")
    assert texts(slack) == []

    for deed in ({"delete_original": True}, {"replace_original": True, "text": "late"}):
        status, text = await answer(url, deed)
        assert (status, "message_not_found" in text) == (400, True)


async def test_a_whisper_is_replaced_and_deleted_too(slack, urls, answer):
    await answer(urls.new(ADA, GENERAL), {"text": "Sure?"})
    (whisper,) = slack.workspace.ephemeral(ADA)
    url = urls.new(ADA, GENERAL, whisper)

    await answer(url, {"text": "Sure.", "replace_original": True})
    assert whispers(slack) == ["Sure."]

    await answer(url, {"delete_original": True})
    assert whispers(slack) == []


async def test_an_answer_stays_in_the_thread_of_what_was_acted_on(slack, client, urls, answer):
    root = slack.people.say(ADA, GENERAL, "a question")
    message = await message_of_the_bot(slack, client, thread_ts=root)

    await answer(urls.new(ADA, GENERAL, message), {"text": "Noted."})

    (whisper,) = slack.workspace.ephemeral(ADA)
    assert whisper.thread_ts == root


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({}, "no_text"),
        ({"text": "x" * 40_001}, "msg_too_long"),
        ({"blocks": [{"type": "unheard_of"}]}, "invalid_blocks"),
        (b"hello", "invalid_payload"),
        (b"[]", "invalid_payload"),
        (b"\xff", "invalid_payload"),
    ],
)
async def test_what_is_no_message_is_refused(slack, urls, answer, body, error):
    status, text = await answer(urls.new(ADA, GENERAL), body)

    assert (status, error in text) == (400, True)
    assert whispers(slack) == []
