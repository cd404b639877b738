import json

import pytest

from bot.adapters.slack.api.identity import Identity
from bot.adapters.slack.api.metadata import EVENT_TYPE
from bot.adapters.slack.receiving import payloads
from bot.panel.intake import thread_commands
from bot.panel.intake.thread_commands import PlainCommand
from bot.panel.messaging.handles import Handle
from bot.panel.model import ExpertName, FileId, SharedFile, ThreadRef

ME = Identity("T1", "B1", "UBOT", "https://acme.slack.com/", frozenset())


def body(**event):
    said = {"type": "message", "channel": "C1", "user": "UADA", "text": "hi", "ts": "2.0", **event}
    installed = {"team_id": "T1", "user_id": "UBOT", "is_bot": True}
    return {"type": "event_callback", "team_id": "T1", "authorizations": [installed], "event": said}


def incoming(**event):
    return payloads.incoming(body(**event), ME)


def read(**event):
    found = incoming(**event)
    assert found is not None
    return found


def test_a_message_is_a_thread_of_its_own():
    found = read()

    assert found.thread == ThreadRef("T1", "C1", "2.0")
    assert (found.message.ts, found.message.author, found.message.text) == ("2.0", "UADA", "hi")
    assert (found.is_reply, found.message.mentioned, found.addresses_others) == (False,) * 3


def test_a_reply_belongs_to_the_thread_of_its_root():
    found = read(thread_ts="1.0")

    assert found.thread.thread_ts == "1.0"
    assert found.is_reply


def test_the_root_of_a_thread_is_no_reply():
    assert not read(thread_ts="2.0").is_reply


def test_both_copies_of_a_mention_say_the_same():
    text = "<@UBOT> what about <@UBEN>?"

    one = incoming(text=text, channel_type="channel", event_ts="2.0", team="T1")
    other = incoming(type="app_mention", text=text, event_ts="2.0")

    assert one == other
    assert one is not None
    assert one.message.mentioned


def test_both_copies_of_a_mention_with_files_say_the_same():
    shared = {"text": "<@UBOT> read this", "files": [{"id": "F1"}, {"id": "F2"}]}

    one = incoming(subtype="file_share", channel_type="channel", **shared)
    other = incoming(type="app_mention", **shared)

    assert one == other
    assert one is not None
    assert [file.id for file in one.message.files] == ["F1", "F2"]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("<@UBOT> legal ok?", "legal ok?"),
        ("  <@UBOT>: legal ok?", "legal ok?"),
        ("<@UBOT>, legal ok?", "legal ok?"),
        ("<@UBOT|panelbot> legal ok?", "legal ok?"),
        ("<@UBOT> <@UBOT> legal", "legal"),
        ("<@UBOT>\nlegal", "legal"),
        ("<@UBOT> :tada:", ":tada:"),
        ("<@UBOT>:tada:", ":tada:"),
        ("<@UBOT>", ""),
        ("hello <@UBOT>", "hello <@UBOT>"),
        ("<@UBOT> ask <@UBOT>", "ask <@UBOT>"),
        ("is it legal? <@UBOT>", "is it legal?"),
        ("is it legal, <@UBOT|panelbot>?", "is it legal?"),
        ("is it legal?\n<@UBOT> <@UBOT>", "is it legal?"),
        ("tell me about <@UBOT>", "tell me about <@UBOT>"),
        ("<@UBOT> one, two -", "one, two -"),
        ("may I, <@UBOT>, leave?", "may I, <@UBOT>, leave?"),
        ("&gt; it leaks\n<@UBOT>", "&gt; it leaks"),
        ("<@UBOT>\n&gt; it leaks. <@UBOT>", "&gt; it leaks. <@UBOT>"),
        ("<@UBOT> what is this:\n```it leaks\n<@UBOT>", "what is this:\n```it leaks\n<@UBOT>"),
    ],
)
def test_the_mentions_that_only_call_the_bot_are_taken_off(text, left):
    found = read(text=text)

    assert found.message.text == left
    assert found.message.mentioned


@pytest.mark.parametrize("text", [":+1:", ":tada: well done", ", and another thing", ": so"])
def test_a_message_without_a_mention_stays_as_it_is(text):
    assert read(text=text).message.text == text


def test_a_longer_id_that_begins_like_ours_is_no_mention_of_us():
    found = read(text="<@UBOTANIST> hi")

    assert not found.message.mentioned
    assert found.addresses_others


@pytest.mark.parametrize(
    ("text", "others"),
    [
        ("<@UBEN> what do you think?", True),
        ("<@WBEN|ben> what do you think?", True),
        ("<!subteam^S1|@lawyers> please", True),
        ("<!here> please", True),
        ("<@UBEN> and <@UBOT>", False),
        ("see <#C2|general>", False),
        ("see <https://example.com>", False),
        ("5 &lt; 6", False),
    ],
)
def test_a_message_that_mentions_only_others_addresses_them(text, others):
    assert read(text=text, thread_ts="1.0").addresses_others is others


COMMANDS = [
    ("stop <@UBOT>", "stop"),
    ("please <@UBOT> stop", "please   stop"),
    ("<@UBOT|panelbot> *stop*", "*stop*"),
    ("<@UBOT>, stop <@UBOT>!", ", stop  !"),
    ("add <!subteam^S1|@panel-legal> <@UBOT>", "add legal"),
    ("remove <!subteam^S1>, please", "remove legal, please"),
    ("stop <!subteam^S1>!", "stop  !"),
]


@pytest.mark.parametrize(("text", "command"), COMMANDS)
def test_a_command_is_one_wherever_the_bot_is_mentioned(text, command):
    ours = {"S1": Handle("S1", ExpertName("legal"), "panel-legal")}

    found = payloads.incoming(body(text=text), ME, ours)

    assert found.message.text == command
    assert thread_commands.of(found.message)


@pytest.mark.parametrize(
    "text",
    [
        "stop the pump, <@UBOT>",
        "<@UBOT> stop <@UBEN>",
        "<@UBOT>\n&gt; stop",
        "<@UBOT> ```stop```",
        "<@UBOT> `stop` is what it said",
        "<!subteam^S1> help",
        "stop",
    ],
)
def test_a_sentence_is_no_command(text):
    ours = {"S1": Handle("S1", ExpertName("legal"), "panel-legal")}

    assert thread_commands.of(payloads.incoming(body(text=text), ME, ours).message) is None


def test_a_direct_message_can_be_a_command():
    assert thread_commands.of(read(text="*stop*", channel="D1").message) == PlainCommand.STOP


def test_a_handle_of_ours_is_a_mention():
    body = {
        "event": {
            "type": "message",
            "channel": "C1",
            "user": "UADA",
            "ts": "2.0",
            "text": "<!subteam^S1|@panel-legal> and <!subteam^S2>: may we?",
        }
    }
    ours = {"S1": Handle("S1", ExpertName("legal"), "panel-legal")}

    found = payloads.incoming(body, ME, ours)

    assert payloads.groups(body) == {"S1", "S2"}
    assert found.message.handles == ("legal",)
    assert found.message.mentioned
    assert not found.addresses_others
    assert found.message.text == body["event"]["text"]


def test_the_handle_of_an_expert_that_is_gone_is_like_any_group():
    body = {"event": {"type": "message", "channel": "C1", "user": "UADA", "ts": "2.0"}}
    body["event"]["text"] = "<!subteam^S1> may we?"
    gone = {"S1": Handle("S1", ExpertName("legal"), "panel-legal", active=False)}

    found = payloads.incoming(body, ME, gone)

    assert found.message.handles == ()
    assert not found.message.mentioned
    assert found.addresses_others


def test_a_direct_message_counts_as_a_mention():
    found = read(channel="D1", channel_type="im")

    assert found.message.mentioned
    assert found.thread == ThreadRef("T1", "D1", "2.0")


def test_a_message_that_is_a_mention_only_is_taken_in():
    assert read(text="<@UBOT>").message.text == ""


def test_files_speak_without_words():
    told = {"id": "F1", "name": "a.pdf", "mimetype": "application/pdf", "size": 9}
    read_files = read(text="", subtype="file_share", files=[told, {"id": "F2"}]).message.files
    assert read_files == (
        SharedFile(FileId("F1"), "a.pdf", "application/pdf", 9),
        SharedFile(FileId("F2"), "file"),
    )


def test_a_message_without_words_and_files_says_nothing():
    assert incoming(text="", attachments=[{"is_share": True}]) is None


def test_a_message_may_only_show_something():
    found = read(text="", attachments=[{"is_share": True, "text": "It leaks."}])

    assert found.only_shows
    assert (found.message.text, "It leaks." in found.message.quoted) == ("", True)
    assert not read(text="see").only_shows


@pytest.mark.parametrize("subtype", [None, "file_share", "me_message", "thread_broadcast"])
def test_people_speak_in_these_ways(subtype):
    assert read(subtype=subtype).message.text == "hi"


@pytest.mark.parametrize(
    "event",
    [
        {"bot_id": "B1"},
        {"bot_id": "B2", "subtype": "bot_message", "user": None},
        {"bot_profile": {"id": "B2"}},
        {"user": "UBOT"},
        {"user": "USLACKBOT"},
        {"subtype": "message_changed", "hidden": True, "message": {"text": "hi", "user": "UADA"}},
        {"subtype": "message_deleted", "hidden": True, "deleted_ts": "1.0"},
        {"subtype": "channel_join"},
        {"subtype": "assistant_app_thread"},
        {"hidden": True},
        {"ts": None},
        {"user": None},
        {"channel": None},
        {"type": "reaction_added"},
    ],
)
def test_whatever_no_person_says_is_nothing(event):
    assert incoming(**event) is None


@pytest.mark.parametrize("shape", [{}, {"event": None}, {"event": {}}])
def test_a_payload_without_an_event_is_nothing(shape):
    assert payloads.incoming(shape, ME) is None
    assert payloads.overheard(shape, ME) is None


APP = {"bot_id": "B2", "thread_ts": "1.0", "user": None}


@pytest.mark.parametrize(
    ("event", "is_overheard"),
    [
        (APP, True),
        (APP | {"subtype": "bot_message"}, True),
        (APP | {"user": "UAPP", "subtype": "thread_broadcast"}, True),
        (APP | {"bot_id": None, "bot_profile": {"id": "B2"}}, True),
        (APP | {"bot_id": None, "subtype": "bot_message"}, True),
        (APP | {"bot_id": "B1"}, False),  # our own
        (APP | {"user": "UBOT"}, False),
        (APP | {"user": "USLACKBOT"}, False),
        (APP | {"bot_id": None, "user": "UADA"}, False),
        (APP | {"thread_ts": None}, False),
        (APP | {"thread_ts": "2.0"}, False),  # it begins a thread
        (APP | {"hidden": True}, False),
        (APP | {"subtype": "bot_add"}, False),
        (APP | {"type": "app_mention"}, False),  # its message event says so, too
    ],
)
def test_replies_of_apps_are_overheard(event, is_overheard):
    found = payloads.overheard(body(**event), ME)

    assert found == ((ThreadRef("T1", "C1", "1.0"), "2.0") if is_overheard else None)


BEFORE = {"type": "message", "user": "UADA", "text": "hi", "ts": "2.0", "thread_ts": "1.0"}


def amendment(subtype, **told):
    event = {"type": "message", "subtype": subtype, "hidden": True, "channel": "C1", "ts": "9.0"}
    event |= {"previous_message": BEFORE, **told}
    return payloads.amendment({**body(), "event": event}, ME)


def test_an_edited_message_is_what_it_says_now():
    now = BEFORE | {"text": "<@UBEN> hi", "edited": {"user": "UADA", "ts": "9.0"}}
    found = amendment("message_changed", message=now)

    assert found is not None
    assert (found.thread, found.ts) == (ThreadRef("T1", "C1", "1.0"), "2.0")
    assert found.changed == read(text="<@UBEN> hi", thread_ts="1.0")


def test_an_edit_tells_what_was_edited_and_when():
    now = BEFORE | {"text": "<@UBOT> hi", "edited": {"user": "UADA", "ts": "8.0"}}
    found = amendment("message_changed", message=now)

    assert found.at == "8.0"
    assert found.before == read(thread_ts="1.0")
    assert amendment("message_changed", message=now, previous_message=None).before is None


EDITED = {"edited": {"user": "UADA", "ts": "8.0"}}


@pytest.mark.parametrize(
    "event",
    [
        {"message": BEFORE | {"attachments": [{}]}},
        {"message": BEFORE | {"attachments": [{}]} | EDITED, "previous_message": BEFORE | EDITED},
        {"message": BEFORE | {"blocks": [{"type": "rich_text"}]}},
        {"message": BEFORE | {"reply_count": 2}},
        {"message": BEFORE | {"attachments": [{}]}, "previous_message": None},
        {"message": BEFORE | {"text": None}, "previous_message": BEFORE | {"text": ""}},
        {"message": BEFORE | {"text": "ho", "bot_id": "B2"} | EDITED},
        {"message": BEFORE | {"text": "ho", "user": "UBOT"} | EDITED},
        {"message": None},
    ],
)
def test_only_people_edit_and_only_words_count(event):
    assert amendment("message_changed", **event) is None


def test_a_message_says_more_when_its_link_has_a_preview():
    preview = {"from_url": "https://e.example", "text": "Keep to the right."}

    found = amendment("message_changed", message=BEFORE | {"attachments": [preview]})

    assert found is not None
    assert found.changed is not None
    assert "Keep to the right." in found.changed.message.quoted


def test_a_file_that_is_taken_off_a_message_is_an_edit():
    old = BEFORE | {"files": [{"id": "F1"}, {"id": "F2"}]}
    edit = amendment("message_changed", message=BEFORE, previous_message=old)

    assert (len(edit.before.message.files), edit.changed.message.files) == (2, ())
    assert amendment("message_changed", message=old, previous_message=old) is None


def test_words_that_stand_only_in_blocks_are_edited_too():
    def said(words):
        line = {"type": "rich_text_section", "elements": [{"type": "text", "text": words}]}
        message = {"type": "message", "user": "UADA", "ts": "2.0", "text": ""}
        return message | {"blocks": [{"type": "rich_text", "elements": [line]}]}

    edit = amendment("message_changed", message=said("now"), previous_message=said("before"))

    assert edit.changed.message.text == "now"


def test_a_deleted_message_is_taken_back():
    found = amendment("message_deleted", deleted_ts="2.0")

    assert found == payloads.Amendment(ThreadRef("T1", "C1", "1.0"), "2.0", None)


def test_a_deleted_message_that_has_replies_is_taken_back_too():
    stone = {"type": "message", "subtype": "tombstone", "user": "USLACKBOT", "hidden": True}
    stone |= {"text": "This message was deleted.", "ts": "2.0", "thread_ts": "2.0"}
    found = amendment("message_changed", message=stone)

    assert found == payloads.Amendment(ThreadRef("T1", "C1", "2.0"), "2.0", None)


@pytest.mark.parametrize("own", [{"bot_id": ME.bot_id, "user": None}, {"user": ME.bot_user_id}])
def test_the_deletion_of_a_message_of_ours_is_nothing(own):
    assert amendment("message_deleted", deleted_ts="2.0", previous_message=BEFORE | own) is None


def test_a_question_of_another_app_is_taken_back_too():
    app = BEFORE | {"bot_id": "B2", "subtype": "bot_message"}

    assert amendment("message_deleted", deleted_ts="2.0", previous_message=app) is not None


@pytest.mark.parametrize("event", [{"previous_message": None}, {"previous_message": {}}])
def test_a_deletion_that_does_not_say_what_it_was_is_taken_as_the_root_of_a_thread(event):
    found = amendment("message_deleted", deleted_ts="2.0", **event)

    assert found == payloads.Amendment(ThreadRef("T1", "C1", "2.0"), "2.0", None)


@pytest.mark.parametrize("missing", ["channel", "deleted_ts"])
def test_a_deletion_of_nothing_is_nothing(missing):
    assert amendment("message_deleted", **{"deleted_ts": "2.0", missing: None}) is None


def test_a_stranger_in_a_shared_channel_writes_in_a_thread_of_ours():
    said = body(user="USAM", user_team="T2", source_team="T2", team="T2")
    said |= {"team_id": "T2", "is_ext_shared_channel": True}

    found = payloads.incoming(said, ME)

    assert found is not None
    assert found.thread.team_id == "T1"


def test_what_is_for_another_installation_is_not_ours():
    said = body()
    said["authorizations"][0]["team_id"] = "T2"

    assert payloads.incoming(said, ME) is None


ALERT = {
    "subtype": "bot_message",
    "bot_id": "B2",
    "app_id": "A2",
    "user": None,
    "username": "Monitor",
    "text": "<@UBOT> what is this?",
}
MODERN = {"bot_id": "B2", "user": "UMONITOR", "bot_profile": {"id": "B2", "app_id": "A2"}}
MODERN |= {"text": "<@UBOT> what is this?"}


def by_app(apps=frozenset({"B2"}), **event):
    return payloads.incoming(body(**event) | {"api_app_id": "A1"}, ME, {}, apps)


@pytest.mark.parametrize(
    ("event", "listed"),
    [
        (ALERT, "B2"),
        (ALERT, "A2"),
        (ALERT | {"type": "app_mention"}, "B2"),
        (MODERN, "B2"),
        (MODERN, "A2"),
        (MODERN, "UMONITOR"),
        (MODERN | {"subtype": "file_share"}, "B2"),
        (MODERN | {"bot_id": None}, "A2"),
        (ALERT | {"text": "", "blocks": [{"type": "markdown", "text": "<@UBOT> what?"}]}, "B2"),
    ],
)
def test_apps_that_are_listed_ask_by_a_mention(event, listed):
    found = by_app(frozenset({listed, "B9"}), **event)

    assert (found.message.author, found.message.by_app) == ("B2", True)
    assert found.message.mentioned
    assert by_app(frozenset({"B9"}), **event) is None
    assert by_app(frozenset(), **event) is None


def test_an_app_is_named_by_its_message():
    assert by_app(**ALERT).message.author_name == "Monitor"


@pytest.mark.parametrize(
    "event",
    [
        {"text": "disk full"},
        {"text": "disk full", "thread_ts": "1.0"},
        {"text": "`<@UBOT>` is down"},
        {"text": "&gt; <@UBOT>"},
        {"channel": "D1", "channel_type": "im"},
        {"hidden": True},
        {"subtype": "channel_join"},
        {"subtype": "message_changed", "message": ALERT},
        {"bot_id": "B1"},
        {"user": "UBOT"},
        {"user": "USLACKBOT"},
        {"app_id": "A1"},
        {"app_id": None, "bot_profile": {"id": "B2", "app_id": "A1"}},
        {"bot_profile": {"id": "B1"}},
        {"metadata": {"event_type": EVENT_TYPE, "event_payload": {"turn": "T:C:1.0"}}},
        {"ts": None},
    ],
)
def test_whatever_else_apps_post_is_nothing(event):
    everybody = frozenset({"A1", "A2", "B1", "B2", "UBOT", "USLACKBOT"})

    assert by_app(everybody, **ALERT | event) is None


def test_the_edits_of_apps_are_ignored():
    now = ALERT | {"text": "<@UBOT> and this?", "edited": {"user": "UMONITOR", "ts": "8.0"}}

    assert amendment("message_changed", message=now, previous_message=ALERT) is None


def test_what_another_installation_was_sent_is_no_question_of_an_app():
    said = body(**ALERT) | {"api_app_id": "A1"}
    said["authorizations"][0]["team_id"] = "T2"

    assert payloads.incoming(said, ME, {}, frozenset({"B2"})) is None


SAMPLES = {  # of Slack's own, and whether a person says something in them
    "AppMentionPayload": True,
    "MessageFileSharePayload": True,
    "MessageMePayload": True,
    "MessagePayload": True,
    "MessageThreadBroadcastPayload": True,
    "AppHomeOpenedPayload": False,
    "AppUninstalledPayload": False,
    "MessageBotPayload": False,
    "MessageChangedPayload": False,
    "MessageChannelJoinPayload": False,
    "MessageChannelTopicPayload": False,
    "MessageDeletedPayload": False,
    "MessageRepliedPayload": False,
    "ReactionAddedPayload": False,
    "TokensRevokedPayload": False,
}


@pytest.mark.parametrize(("name", "by_a_person"), SAMPLES.items())
def test_slacks_samples_are_understood(shared, name, by_a_person):
    sample = json.loads((shared / f"slack/samples/events/{name}.json").read_text())
    filled = {"user": "UADA", "channel": "C1", "text": "hi", "ts": "2.0", "thread_ts": "1.0"}
    event = sample["event"]
    event |= {key: value for key, value in filled.items() if event.get(key) == ""}
    if by_a_person:
        event.pop("bot_profile", None)  # the samples have every field that there can be

    assert (payloads.incoming(sample, ME) is not None) is by_a_person
