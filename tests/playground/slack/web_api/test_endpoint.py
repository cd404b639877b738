"""The local Web API through Slack's own client, and against what Slack publishes."""

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.slack.server import APP_TOKEN
from bot.playground.slack.workspace.company import (
    ADA,
    BEN,
    BOT_ID,
    BOT_USER,
    GENERAL,
    PRIVATE,
    PRODUCT,
)
from bot.playground.slack.workspace.state import Channel

METADATA = {"event_type": "panelbot_reply", "event_payload": {"turn": "t1"}}
LEGAL = {"username": "Legal", "icon_emoji": ":scales:"}


async def refusal(call):
    with pytest.raises(SlackApiError) as caught:
        await call
    return caught.value.response


def markdown(text, **more):
    return {"type": "markdown", "text": text, **more}


def section(text):
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


@pytest.fixture
async def root(slack):
    return slack.people.say(ADA, GENERAL, "hello")


async def thread_of(slack, client, replies):
    """A thread of *replies* replies; returns its root and them, by ts."""
    root = slack.people.say(ADA, GENERAL, "root")
    answers = [
        await client.chat_postMessage(channel=GENERAL, thread_ts=root, text=f"reply {n}")
        for n in range(replies)
    ]
    return [root, *(answer["ts"] for answer in answers)]


# Who may call what.


@pytest.mark.parametrize(
    ("token", "error"),
    [
        (None, "not_authed"),
        ("xoxb-wrong", "invalid_auth"),
        (APP_TOKEN, "not_allowed_token_type"),
    ],
)
async def test_only_the_bots_token_opens_the_api(slack, session, token, error):
    other = AsyncWebClient(token, base_url=slack.api_url, session=session)

    answer = await refusal(other.auth_test())

    assert (answer.status_code, answer["error"]) == (200, error)


async def test_only_the_apps_token_opens_connections(slack, client):
    answer = await client.apps_connections_open(app_token=slack.app_token)
    assert answer["url"].startswith("ws://127.0.0.1:")

    told = await refusal(client.apps_connections_open(app_token=slack.bot_token))
    assert told["error"] == "not_allowed_token_type"


async def test_a_removed_apps_token_is_worth_nothing(slack, client):
    slack.people.uninstall()

    assert (await refusal(client.auth_test()))["error"] == "account_inactive"


async def test_a_method_that_there_is_not_is_said_so(client):
    answer = await refusal(client.api_call("chat.postSecretly"))

    assert answer.data == {
        "ok": False,
        "error": "unknown_method",
        "req_method": "chat.postSecretly",
    }


async def test_a_missing_scope_is_named(slack, client):
    slack.state.scopes.discard("users:read")

    answer = await refusal(client.users_info(user=ADA))

    assert (answer["error"], answer["needed"]) == ("missing_scope", "users:read")
    assert answer["provided"] == answer.headers["x-oauth-scopes"]
    assert "chat:write" in answer["provided"].split(",")


@pytest.mark.parametrize(("channel", "scope"), [(GENERAL, "channels"), (PRIVATE, "groups")])
async def test_reading_takes_the_scope_of_the_kind_of_channel(slack, client, channel, scope):
    slack.state.scopes.discard(f"{scope}:history")

    answer = await refusal(client.conversations_history(channel=channel))

    assert (answer["error"], answer["needed"]) == ("missing_scope", f"{scope}:history")


async def test_scopes_are_told_with_every_answer(slack, client):
    answer = await client.auth_test()

    assert set(answer.headers["x-oauth-scopes"].split(",")) == slack.state.scopes


# How arguments come.


@pytest.mark.parametrize(
    ("method", "args", "message"),
    [
        ("chat.postMessage", {"text": "hi"}, "missing required field: channel"),
        ("chat.postMessage", {"channel": GENERAL, "txt": "hi"}, "unknown argument [txt]"),
        ("chat.postMessage", {"channel": GENERAL, "blocks": "{"}, "wrong type [blocks]"),
        ("users.list", {"limit": "many"}, "wrong type [limit]"),
    ],
)
@pytest.mark.parametrize("way", ["data", "json"])
async def test_arguments_are_checked(client, method, args, message, way):
    answer = await refusal(client.api_call(method, **{way: args}))

    assert answer["error"] == "invalid_arguments"
    assert answer["response_metadata"]["messages"] == [f"[ERROR] {message}"]


@pytest.mark.parametrize("way", ["params", "data", "json"])
async def test_arguments_come_in_the_address_a_form_or_json(slack, client, way):
    verb = "GET" if way == "params" else "POST"
    answer = await client.api_call("users.info", http_verb=verb, **{way: {"user": ADA}})

    assert answer["user"]["id"] == ADA
    assert slack.calls[-1].args == {"user": ADA}


@pytest.mark.parametrize(("body", "error"), [("{", "invalid_json"), ("[]", "json_not_object")])
async def test_what_is_no_json_object_is_refused(slack, session, body, error):
    headers = {"Authorization": f"Bearer {slack.bot_token}", "Content-Type": "application/json"}
    async with session.post(f"{slack.api_url}auth.test", data=body, headers=headers) as answer:
        assert await answer.json() == {"ok": False, "error": error}


# What cannot be done. The words are Slack's, but for those it does not list for the method.

TOO_WIDE = {"event_type": "t", "event_payload": {"deep": {"er": 1}}}
POST, UPDATE, START = "chat.postMessage", "chat.update", "chat.startStream"
FOR_ADA = {"recipient_user_id": ADA, "recipient_team_id": "T0ACME"}
STATUS = "assistant.threads.setStatus"
APPEND, WHISPER = "chat.appendStream", "chat.postEphemeral"
NOT_GROWING = "message_not_in_streaming_state"
NOT_LISTED = {"thread_not_found", "not_in_channel", "msg_too_long", "reserved_username"}
REFUSALS = [
    (POST, {"channel": "C0NONE", "text": "hi"}, "channel_not_found"),
    (POST, {"channel": "C0ALONE", "text": "hi"}, "not_in_channel"),
    (POST, {"channel": "C0OLD", "text": "hi"}, "is_archived"),
    (POST, {"channel": GENERAL}, "no_text"),
    (POST, {"channel": GENERAL, "text": "hi", "thread_ts": "1.0"}, "thread_not_found"),
    (POST, {"channel": GENERAL, "text": "x" * 40_001}, "msg_too_long"),
    (POST, {"channel": GENERAL, "text": "hi", "markdown_text": "hi"}, "markdown_text_conflict"),
    (POST, {"channel": GENERAL, "text": "hi", "username": " SlackBot "}, "reserved_username"),
    (POST, {"channel": GENERAL, "text": "hi", "metadata": []}, "invalid_metadata_format"),
    (POST, {"channel": GENERAL, "text": "hi", "metadata": TOO_WIDE}, "invalid_metadata_schema"),
    (POST, {"channel": GENERAL, "blocks": [{"type": "divider"}] * 51}, "invalid_blocks"),
    (POST, {"channel": GENERAL, "blocks": [{"type": "poem"}]}, "invalid_blocks"),
    (POST, {"channel": GENERAL, "blocks": [section("x" * 3_001)]}, "invalid_blocks"),
    (POST, {"channel": GENERAL, "blocks": [section("")]}, "invalid_blocks"),
    (POST, {"channel": GENERAL, "blocks": [markdown("")]}, "invalid_blocks"),
    (POST, {"channel": GENERAL, "blocks": [markdown("a", block_id="b")] * 2}, "invalid_blocks"),
    (POST, {"channel": GENERAL, "blocks": [markdown("x" * 6_001)] * 2}, "msg_blocks_too_long"),
    (UPDATE, {"channel": GENERAL, "ts": "1.0", "text": "hi"}, "message_not_found"),
    (UPDATE, {"channel": GENERAL, "ts": "ADAS", "text": "hi"}, "cant_update_message"),
    (UPDATE, {"channel": GENERAL, "ts": "OURS", "text": "x" * 4_001}, "msg_too_long"),
    (UPDATE, {"channel": GENERAL, "ts": "OURS"}, "no_text"),
    ("chat.delete", {"channel": GENERAL, "ts": "1.0"}, "message_not_found"),
    ("chat.delete", {"channel": GENERAL, "ts": "ADAS"}, "cant_delete_message"),
    ("chat.getPermalink", {"channel": GENERAL, "message_ts": "1.0"}, "message_not_found"),
    (WHISPER, {"channel": PRIVATE, "user": "U0DEV", "text": "!"}, "user_not_in_channel"),
    ("conversations.replies", {"channel": GENERAL, "ts": "1.0"}, "thread_not_found"),
    ("conversations.replies", {"channel": GENERAL, "ts": "ADAS", "cursor": "?"}, "invalid_cursor"),
    ("conversations.history", {"channel": GENERAL, "cursor": "Zm9vOjE="}, "invalid_cursor"),
    ("conversations.history", {"channel": GENERAL, "oldest": "x"}, "invalid_ts_oldest"),
    ("conversations.history", {"channel": GENERAL, "latest": "x"}, "invalid_ts_latest"),
    ("conversations.history", {"channel": "C0ALONE"}, "not_in_channel"),
    ("users.info", {"user": "U0NOBODY"}, "user_not_found"),
    ("users.list", {"cursor": "?"}, "invalid_cursor"),
    ("reactions.add", {"channel": GENERAL, "timestamp": "1.0", "name": "+1"}, "message_not_found"),
    (STATUS, {"channel_id": GENERAL, "thread_ts": "1.0", "status": "thinks"}, "invalid_thread_ts"),
    (START, {"channel": GENERAL, "recipient_user_id": ADA}, "missing_recipient_team_id"),
    (START, {"channel": GENERAL, "recipient_team_id": "T0ACME"}, "missing_recipient_user_id"),
    (START, {"channel": GENERAL, "chunks": [{"type": "poem"}], **FOR_ADA}, "invalid_chunks"),
    (APPEND, {"channel": GENERAL, "ts": "ADAS", "markdown_text": "x"}, "message_not_owned_by_app"),
    (APPEND, {"channel": GENERAL, "ts": "OURS", "markdown_text": "x"}, NOT_GROWING),
    ("views.update", {"view_id": "V0NONE", "view": {}}, "not_found"),
    ("files.completeUploadExternal", {"files": [{"id": "F0NONE"}]}, "file_not_found"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "args", "error"), REFUSALS)
async def test_what_cannot_be_done_is_refused(slack, client, root, method, args, error):
    ours = (await client.chat_postMessage(channel=GENERAL, text="ours"))["ts"]
    slack.workspace.add(Channel("C0ALONE", "alone"))
    slack.workspace.add(Channel("C0OLD", "old", members={BOT_USER}, is_archived=True))
    before = len(list(slack.workspace.messages(GENERAL)))
    places = {"ADAS": root, "OURS": ours}
    args = {name: places.get(str(value), value) for name, value in args.items()}

    answer = await refusal(client.api_call(method, json=args))

    assert answer["error"] == error
    assert len(list(slack.workspace.messages(GENERAL))) == before


@pytest.mark.parametrize(("method", "error"), sorted({(m, e) for m, _, e in REFUSALS}))
def test_the_words_of_refusals_are_slacks(reference, method, error):
    assert error in reference.method(method)["errors"] or error in NOT_LISTED


# Messages.


async def test_answers_are_as_slack_publishes_them(reference, slack, client, root):
    stream = {"channel": GENERAL, "thread_ts": root, **FOR_ADA}
    posted = await client.chat_postMessage(channel=GENERAL, thread_ts=root, text="hi", **LEGAL)
    read = await client.conversations_replies(channel=GENERAL, ts=root)
    started = await client.api_call(START, json=stream | {"markdown_text": "one"})
    stopped = await client.chat_stopStream(channel=GENERAL, ts=started["ts"], metadata=METADATA)
    del stopped.data["message"]["blocks"]  # these schemas know no markdown blocks
    del read.data["messages"][0]["blocks"]  # nor rich text
    answers = {
        "apps.connections.open": await client.apps_connections_open(app_token=slack.app_token),
        "auth.test": await client.auth_test(),
        "chat.postMessage": posted,
        "chat.startStream": started,
        "chat.stopStream": stopped,
        "conversations.replies": read,
        "users.info": await client.users_info(user=ADA),
    }
    for method, answer in answers.items():
        reference.check_answer(method, answer.data)


async def test_a_persona_is_shown_and_lost_by_an_update(client):
    posted = await client.chat_postMessage(channel=GENERAL, text="hi", metadata=METADATA, **LEGAL)
    message = posted["message"]
    assert (message["username"], message["subtype"]) == ("Legal", "bot_message")
    assert message["icons"] == {"emoji": ":scales:"}
    assert message["bot_id"] == BOT_ID

    await client.chat_update(channel=GENERAL, ts=posted["ts"], text="there")

    (read,) = (await client.conversations_history(channel=GENERAL, include_all_metadata=True))[
        "messages"
    ]
    assert (read["text"], read["user"], read["edited"]["user"]) == ("there", BOT_USER, BOT_USER)
    assert not read.keys() & {"username", "icons", "subtype"}
    assert read["metadata"] == METADATA


async def test_personas_may_be_ignored_or_refused(slack, client):
    slack.hazards.personas = "ignored"
    answer = await client.chat_postMessage(channel=GENERAL, text="hi", **LEGAL)
    assert "username" not in answer["message"]

    slack.hazards.personas = "refused"
    answer = await refusal(client.chat_postMessage(channel=GENERAL, text="hi", **LEGAL))
    assert (answer["error"], answer["needed"]) == ("missing_scope", "chat:write.customize")


async def test_without_the_scope_there_are_no_personas(slack, client):
    slack.state.scopes.discard("chat:write.customize")

    answer = await client.chat_postMessage(channel=GENERAL, text="hi", **LEGAL)

    assert "username" not in answer["message"]


async def test_metadata_are_read_by_those_who_ask_for_them(slack, client, root):
    await client.chat_postMessage(channel=GENERAL, thread_ts=root, text="hi", metadata=METADATA)

    (_, silent) = (await client.conversations_replies(channel=GENERAL, ts=root))["messages"]
    (_, told) = (
        await client.conversations_replies(channel=GENERAL, ts=root, include_all_metadata=True)
    )["messages"]

    assert "metadata" not in silent
    assert told["metadata"] == METADATA


async def test_an_empty_object_takes_metadata_away(client):
    posted = await client.chat_postMessage(channel=GENERAL, text="hi", metadata=METADATA)

    answer = await client.chat_update(channel=GENERAL, ts=posted["ts"], text="hi", metadata={})

    assert "metadata" not in answer["message"]


async def test_what_is_whispered_is_for_one(slack, client):
    answer = await client.chat_postEphemeral(channel=GENERAL, user=ADA, text="psst")

    (whispered,) = slack.workspace.ephemeral(ADA)
    assert (whispered.ts, whispered.text) == (answer["message_ts"], "psst")
    assert not list(slack.workspace.messages(GENERAL))
    assert not slack.workspace.ephemeral(BEN)


async def test_a_message_has_an_address(client, root):
    reply = await client.chat_postMessage(channel=GENERAL, thread_ts=root, text="hi")

    answer = await client.chat_getPermalink(channel=GENERAL, message_ts=reply["ts"])

    number = reply["ts"].replace(".", "")
    assert answer["permalink"].endswith(
        f"/archives/{GENERAL}/p{number}?thread_ts={root}&cid={GENERAL}"
    )


# Pages.


@pytest.mark.parametrize("root_on_every_page", [True, False])
@pytest.mark.parametrize("limit", [2, 3, 6, 1000])
async def test_a_thread_is_read_in_pages(slack, client, root_on_every_page, limit):
    slack.hazards.root_on_every_page = root_on_every_page
    written = await thread_of(slack, client, 5)

    pages = [await client.conversations_replies(channel=GENERAL, ts=written[0], limit=limit)]
    while cursor := pages[-1]["response_metadata"]["next_cursor"]:
        assert pages[-1]["has_more"]
        pages.append(
            await client.conversations_replies(
                channel=GENERAL, ts=written[0], limit=limit, cursor=cursor
            )
        )

    assert not pages[-1]["has_more"]
    assert all(len(page["messages"]) <= limit for page in pages)
    read = [message["ts"] for page in pages for message in page["messages"]]
    assert list(dict.fromkeys(read)) == written
    assert read.count(written[0]) == (len(pages) if root_on_every_page else 1)


async def test_what_comes_while_pages_are_read_shifts_nothing(slack, client):
    for number in range(4):
        slack.people.say(ADA, PRODUCT, f"message {number}")
    first = await client.conversations_history(channel=PRODUCT, limit=2)
    slack.people.say(BEN, PRODUCT, "a newcomer")
    cursor = first["response_metadata"]["next_cursor"]
    second = await client.conversations_history(channel=PRODUCT, limit=2, cursor=cursor)

    read = [message["text"] for page in (first, second) for message in page["messages"]]
    assert read == ["message 3", "message 2", "message 1", "message 0"]


@pytest.mark.parametrize(
    ("arguments", "read"),
    [
        ({"oldest": 1}, [2, 3]),
        ({"oldest": 1, "inclusive": True}, [1, 2, 3]),
        ({"latest": 2}, [1]),
        ({"latest": 2, "inclusive": True}, [1, 2]),
        ({"oldest": 1, "latest": 3}, [2]),
        ({"oldest": 2, "limit": 1}, [3]),
    ],
)
async def test_a_thread_is_read_between_two_times(slack, client, arguments, read):
    written = await thread_of(slack, client, 3)
    times = {k: written[v] for k, v in arguments.items() if k in ("oldest", "latest")}

    answer = await client.conversations_replies(channel=GENERAL, ts=written[0], **arguments | times)

    _, *replies = answer["messages"]
    wanted = [written[number] for number in read]
    assert [message["ts"] for message in replies] in (wanted, wanted[:1])[
        : 1 + ("limit" in arguments)
    ]


async def test_replies_are_in_no_history_but_where_they_were_broadcast(slack, client, root):
    slack.people.say(BEN, GENERAL, "a reply", root)
    told = slack.people.say(BEN, GENERAL, "for everybody", root, broadcast=True)

    messages = (await client.conversations_history(channel=GENERAL))["messages"]

    assert [message["ts"] for message in messages] == [told, root]
    assert (messages[1]["reply_count"], messages[1]["reply_users"]) == (2, [BEN])


async def test_all_members_are_listed_in_pages(slack, client):
    pages = [page["members"] async for page in await client.users_list(limit=4)]

    assert all(len(page) <= 4 for page in pages)
    ids = [member["id"] for page in pages for member in page]
    assert sorted(ids) == sorted(slack.workspace.users)


# Streams.


async def test_a_stream_grows_and_ends(slack, client, root):
    started = await client.chat_startStream(
        channel=GENERAL, thread_ts=root, markdown_text="One, ", **FOR_ADA, **LEGAL
    )
    place = {"channel": GENERAL, "ts": started["ts"]}
    await client.chat_appendStream(markdown_text="two", **place)
    assert slack.workspace.message(**place).streaming

    stopped = await client.chat_stopStream(metadata=METADATA, markdown_text=".", **place)

    message = stopped["message"]
    assert (message["text"], message["username"]) == ("One, two.", "Legal")
    assert message["metadata"] == METADATA
    assert not slack.workspace.message(**place).streaming
    answer = await refusal(client.chat_stopStream(**place))
    assert answer["error"] == NOT_GROWING


async def test_a_direct_stream_needs_no_recipient(slack, client):
    direct = slack.workspace.direct_channel(ADA, BOT_USER).id
    root = slack.people.say(ADA, direct, "hello")

    await client.chat_startStream(channel=direct, thread_ts=root, markdown_text="hi")

    assert slack.workspace.thread(direct, root)[-1].streaming


@pytest.mark.parametrize("method", [APPEND, "chat.stopStream"])
async def test_slack_ends_a_stream_that_takes_too_long(slack, client, root, method):
    slack.hazards.stream_lasts = 0
    started = await client.chat_startStream(
        channel=GENERAL, thread_ts=root, markdown_text="One, ", **FOR_ADA
    )
    place = {"channel": GENERAL, "ts": started["ts"]}

    answer = await refusal(client.api_call(method, json={**place, "markdown_text": "two"}))

    assert answer["error"] == NOT_GROWING
    assert slack.workspace.message(**place).text == "One, "


async def test_people_can_stop_a_stream(slack, client, root):
    started = await client.chat_startStream(
        channel=GENERAL, thread_ts=root, markdown_text="One, ", **FOR_ADA
    )
    place = {"channel": GENERAL, "ts": started["ts"]}
    slack.people.stop_session(ADA, GENERAL, root)

    answer = await refusal(client.chat_appendStream(markdown_text="two", **place))

    assert answer["error"] == "stopped_by_user"
    assert (await client.chat_stopStream(**place))["message"]["text"] == "One, "


# Status.


async def test_a_status_is_shown_until_the_bot_posts(slack, client, root):
    place = {"channel_id": GENERAL, "thread_ts": root}
    await client.assistant_threads_setStatus(
        status="is asking…", loading_messages=["Legal reads"], **place
    )
    shown = slack.workspace.statuses[GENERAL, root]
    assert (shown.text, shown.loading_messages) == ("is asking…", ("Legal reads",))

    await client.chat_postMessage(channel=GENERAL, thread_ts=root, text="hi")

    assert not slack.workspace.statuses


# Files.


async def test_a_file_is_uploaded_shared_and_downloaded(slack, client, session, root):
    answer = await client.files_upload_v2(
        filename="Über uns.txt", content="hello", channel=GENERAL, thread_ts=root
    )
    new = (await client.files_info(file=answer["file"]["id"]))["file"]
    assert new["mimetype"] == ""  # it is still being looked over
    told = (await client.files_info(file=answer["file"]["id"]))["file"]
    assert (told["name"], told["mimetype"], told["size"]) == ("Über uns.txt", "text/plain", 5)
    (_, shared) = slack.workspace.thread(GENERAL, root)
    assert [file["id"] for file in shared.files] == [told["id"]]

    headers = {"Authorization": f"Bearer {slack.bot_token}"}
    async with session.get(told["url_private_download"], headers=headers) as download:
        assert await download.read() == b"hello"
    async with session.get(told["url_private_download"]) as page:
        assert page.content_type == "text/html"  # a page to sign in


async def test_a_file_is_shared_in_threads_that_there_are(client):
    upload = await client.files_getUploadURLExternal(filename="a.txt", length=1)
    async with client.session.post(upload["upload_url"], data=b"a") as sent:
        assert sent.ok

    answer = await refusal(
        client.files_completeUploadExternal(
            files=[{"id": upload["file_id"]}], channel_id=GENERAL, thread_ts="1.0"
        )
    )

    assert answer["error"] == "thread_not_found"
