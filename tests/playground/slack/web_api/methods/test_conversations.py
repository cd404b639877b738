import pytest
from slack_sdk.errors import SlackApiError

from bot.playground.slack.workspace.company import (
    ADA,
    BOT_USER,
    GENERAL,
    GUEST,
    LEGAL,
    PRIVATE,
    PRODUCT,
)
from bot.playground.slack.workspace.state import Channel

EVERY_KIND = "public_channel,private_channel,im"


@pytest.fixture(autouse=True)
def readable(slack):
    slack.state.scopes |= {"channels:read", "groups:read", "im:read", "im:write"}


async def refusal(call):
    with pytest.raises(SlackApiError) as caught:
        await call
    return caught.value.response["error"]


def ids(answer):
    return {channel["id"] for channel in answer["channels"]}


async def test_channels_are_listed_by_kind(slack, client):
    direct = slack.workspace.direct_channel(ADA, BOT_USER)
    slack.workspace.add(Channel("G0SECRET", "secret", "group", {ADA}))

    assert ids(await client.conversations_list()) == {GENERAL, PRODUCT, LEGAL}
    everything = await client.conversations_list(types=EVERY_KIND)
    assert ids(everything) == {GENERAL, PRODUCT, LEGAL, PRIVATE, direct.id}


async def test_archived_channels_can_be_left_out(slack, client):
    slack.workspace.channels[PRODUCT].is_archived = True

    assert PRODUCT in ids(await client.conversations_list())
    assert PRODUCT not in ids(await client.conversations_list(exclude_archived=True))


async def test_the_channels_of_somebody_are_listed(client):
    assert ids(await client.users_conversations(user=GUEST)) == {GENERAL, LEGAL}
    assert ids(await client.users_conversations()) == {GENERAL, PRODUCT, LEGAL}


async def test_a_channel_is_described(slack, client):
    general = (await client.conversations_info(channel=GENERAL, include_num_members=True))[
        "channel"
    ]
    board = (await client.conversations_info(channel=PRIVATE))["channel"]
    direct = slack.workspace.direct_channel(ADA, BOT_USER)
    with_ada = (await client.conversations_info(channel=direct.id))["channel"]

    assert (general["name"], general["is_ext_shared"], general["num_members"]) == (
        "general",
        True,
        8,
    )
    assert (board["is_private"], "num_members" in board) == (True, False)
    assert (with_ada["is_im"], with_ada["user"]) == (True, ADA)


async def test_members_are_listed_in_pages(slack, client):
    user_ids = []
    async for page in await client.conversations_members(channel=GENERAL, limit=3):
        assert len(page["members"]) <= 3
        user_ids += page["members"]

    assert sorted(user_ids) == sorted(slack.workspace.channels[GENERAL].members)


async def test_a_direct_conversation_is_opened_once(slack, client):
    opened = await client.conversations_open(users=ADA)
    again = await client.conversations_open(channel=opened["channel"]["id"], users="")
    full = await client.conversations_open(users=ADA, return_im=True)

    direct = slack.workspace.direct_channel(ADA, BOT_USER)
    assert opened["channel"] == again["channel"] == {"id": direct.id}
    assert full["channel"]["user"] == ADA
    assert await refusal(client.conversations_open(users="U0NOBODY")) == "user_not_found"


@pytest.mark.parametrize("cursor", ["hello", "ZnJvbTox", "bmV4dF90czpuYW4=", "🙂"])
async def test_a_cursor_that_slack_has_not_given_is_refused(slack, client, cursor):
    slack.people.say(ADA, GENERAL, "hello")

    assert await refusal(client.conversations_history(channel=GENERAL, cursor=cursor)) == (
        "invalid_cursor"
    )


@pytest.mark.parametrize("way", ["oldest", "latest"])
@pytest.mark.parametrize("time", ["yesterday", "nan"])
async def test_a_time_that_is_none_is_refused(client, way, time):
    call = client.conversations_history(channel=GENERAL, **{way: time})

    assert await refusal(call) == f"invalid_ts_{way}"


async def test_a_reply_is_read_alone(slack, client):
    root = slack.people.say(ADA, GENERAL, "a question")
    reply = slack.people.say(ADA, GENERAL, "and another", root)

    answer = await client.conversations_replies(channel=GENERAL, ts=reply)

    assert [message["ts"] for message in answer["messages"]] == [reply]
