import pytest
from slack_sdk.errors import SlackApiError

from bot.playground.slack.workspace.company import ADA, BOT_USER, GENERAL
from bot.playground.slack.workspace.state import Session

PROMPT = {"title": "Weigh a decision", "message": "Build or buy?"}


@pytest.fixture
async def thread(slack):
    return {"channel_id": GENERAL, "thread_ts": slack.people.say(ADA, GENERAL, "a question")}


async def refusal(call):
    with pytest.raises(SlackApiError) as caught:
        await call
    return caught.value.response["error"]


async def test_a_status_ends_by_itself(slack, client, thread):
    slack.hazards.status_lasts = 0.02

    await client.assistant_threads_setStatus(**thread, status="is thinking")

    assert slack.workspace.statuses
    await slack.people.wait_for(lambda: not slack.workspace.statuses)


async def test_a_status_that_was_renewed_outlasts_the_one_before(slack, client, thread):
    slack.hazards.status_lasts = 0.05
    await client.assistant_threads_setStatus(**thread, status="is thinking")
    slack.hazards.status_lasts = 60
    await client.assistant_threads_setStatus(**thread, status="is writing")

    with pytest.raises(TimeoutError):
        await slack.people.wait_for(lambda: not slack.workspace.statuses, timeout=0.1)


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"thread_ts": "1.0"}, "invalid_thread_ts"),
        ({"loading_messages": ["…"] * 11}, "invalid_arguments"),
        ({"username": "Slackbot"}, "reserved_username"),
        ({"channel_id": "C0NOWHERE"}, "channel_not_found"),
    ],
)
async def test_a_status_that_does_not_fit_is_not_shown(slack, client, thread, more, error):
    call = client.assistant_threads_setStatus(**{"status": "is thinking"} | thread | more)

    assert await refusal(call) == error
    assert not slack.workspace.statuses


async def test_a_thread_is_named(slack, client, thread):
    await client.assistant_threads_setTitle(**thread, title="Licences")

    assert slack.workspace.sessions[GENERAL, thread["thread_ts"]].title == "Licences"


async def test_a_session_takes_its_title_when_it_begins(slack, client, thread):
    begun = {"status": "processing", "title": "Licences", "initiator_user_id": ADA}

    await client.agents_sessions_setStatus(**thread, **begun)
    answer = await client.agents_sessions_setStatus(**thread, status="closed", title="Else")

    assert (answer["status"], answer["title"]) == ("closed", "Licences")
    assert slack.workspace.sessions[GENERAL, thread["thread_ts"]] == Session("closed", "Licences")


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"status": "asleep"}, "invalid_status"),
        ({"thread_ts": None}, "thread_ts_required"),
        ({"initiator_user_id": "U0NOBODY"}, "user_not_found"),
    ],
)
async def test_a_session_that_does_not_fit_does_not_begin(slack, client, thread, more, error):
    call = client.agents_sessions_setStatus(**{"status": "active"} | thread | more)

    assert await refusal(call) == error
    assert not slack.workspace.sessions


async def test_prompts_are_offered_in_the_apps_messages(slack, client):
    direct = slack.workspace.direct_channel(ADA, BOT_USER).id

    await client.assistant_threads_setSuggestedPrompts(
        channel_id=direct, title="Begin with", prompts=[PROMPT]
    )

    assert slack.workspace.prompts[direct] == {"title": "Begin with", "prompts": [PROMPT]}


@pytest.mark.parametrize("prompts", [[], [PROMPT] * 5, [{"title": "no message"}], ["hello"]])
async def test_prompts_have_a_title_and_a_message(slack, client, prompts):
    call = client.assistant_threads_setSuggestedPrompts(channel_id=GENERAL, prompts=prompts)

    assert await refusal(call) == "invalid_arguments"
    assert not slack.workspace.prompts
