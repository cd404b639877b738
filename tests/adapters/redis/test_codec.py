import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.redis import codec
from bot.adapters.redis.codec import Unreadable
from bot.operations.chores import Chore
from bot.panel.approvals.approvals import Pending
from bot.panel.errors import TooNew
from bot.panel.journal.events import (
    Closed,
    ExpertCalled,
    ExpertFailed,
    Routed,
    RouterAsked,
    TurnEvent,
)
from bot.panel.journal.failures import Failure
from bot.panel.journal.post_events import PostStarted
from bot.panel.kept import UnknownFields
from bot.panel.messaging.handles import Handle
from bot.panel.model import (
    Call,
    CallId,
    Effort,
    Expert,
    ExpertName,
    Message,
    MessageTs,
    UserId,
)

KINDS = TurnEvent.__args__
st.register_type_strategy(float, st.floats(allow_nan=False))  # equals nothing, not even itself
st.register_type_strategy(UnknownFields, st.dictionaries(st.text("abc", min_size=4), st.integers()))
EXPERT = Expert(ExpertName("legal"), "Legal", ":scales:", "Law.", "Answer.", effort=Effort.HIGH)


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_every_event_comes_back_as_it_was(kind, data):
    event = data.draw(st.from_type(kind))

    back = codec.load_tagged(KINDS, codec.dump_tagged(event))

    assert (back, back.at) == (event, event.at)


@given(message=st.from_type(Message), expert=st.from_type(Expert))
def test_messages_and_experts_come_back_as_they_were(message, expert):
    assert codec.load(Message, codec.dump(message)) == message
    back = codec.load(Expert, codec.dump(expert))
    assert (back, back.unknown) == (expert, expert.unknown)
    assert codec.load_tuple(Message, f"[{codec.dump(message)}]") == (message,)


# As Panelbot wrote them before cattrs: read and written alike, but for the order of fields.
STORED = [
    '["ExpertCalled",{"call":{"id":"c","expert":"legal","reason":"why","brief":"what"}}]',
    '["PostStarted",{"at":1763671234000,"part":"reply:c"}]',
    '["Routed",{"text":"hi","direct":true,"usage":{"input":1200,"output":40}}]',
    '["ExpertFailed",{"call_id":"c","failure":"slow"}]',
]
STORED_MESSAGE = (
    '{"ts":"1.0","author":"U1","text":"Fragen: \\u00e4 \\ud83c\\udde9","mentioned":true,'
    '"files":[{"id":"F1","name":"a.pdf","media_type":"application/pdf","size":7}]}'
)


@pytest.mark.parametrize("text", STORED)
def test_stored_entries_stay_as_they_are(text):
    assert json.loads(codec.dump_tagged(codec.load_tagged(KINDS, text))) == json.loads(text)


def test_stored_messages_and_experts_stay_as_they_are():
    assert codec.dump(codec.load(Message, STORED_MESSAGE)) == STORED_MESSAGE
    expert = codec.dump(EXPERT)
    assert expert == (
        '{"name":"legal","title":"Legal","icon":":scales:","purpose":"Law.",'
        '"instructions":"Answer.","effort":"high"}'
    )
    assert codec.load(Expert, expert) == EXPERT


@pytest.mark.parametrize("files", ['{"id":"F1"}', '"F1"', "null", '[["F1"]]'])
def test_a_list_is_only_read_from_a_list_of_the_same_things(files):
    with pytest.raises(Unreadable):
        codec.load(Message, f'{{"ts":"1.0","author":"U1","text":"Hi","files":{files}}}')


def test_defaults_are_left_out_and_other_values_written():
    assert codec.dump_tagged(RouterAsked()) == '["RouterAsked",{}]'
    assert codec.dump(EXPERT).endswith('"instructions":"Answer.","effort":"high"}')


def test_a_field_that_came_later_holds_its_default():
    assert codec.load_tagged(KINDS, '["Routed",{"text":"hi"}]') == Routed("hi")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("not json", "not JSON"),
        ("{}", "not a tagged value"),
        ('["Routed"]', "not a tagged value"),
        ('["PostStarted",{}]', "PostStarted lacks part"),
        ('["PostStarted",{"part":7}]', "a int where a str belongs"),
        ('["Routed",{"direct":1}]', "a int where a bool belongs"),
        ('["Closed",{"usage":[1]}]', "a list where a dict belongs"),
        ('["Closed",{"usage":{"input":true}}]', "a bool where a int belongs"),
        ('["ExpertFailed",{"call_id":"c","failure":7}]', "a int where a str belongs"),
        ('["ExpertCalled",{"call":{"id":"c"}}]', "Call lacks brief, expert, reason"),
    ],
)
def test_what_is_not_as_declared_is_refused(text, why):
    with pytest.raises(Unreadable, match=why):
        codec.load_tagged(KINDS, text)


NEWER_CALL = '{"id":"c","expert":"legal","reason":"","brief":"","mood":{"angry":[1]}}'


def test_a_field_of_a_newer_version_is_passed_over():
    text = '["PostStarted",{"part":"a","colour":"red"}]'
    assert codec.load_tagged(KINDS, text) == PostStarted("a")


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Expert, codec.dump(EXPERT).replace("}", ',"mood":["angry"]}')),
        (Call, NEWER_CALL),
        (Handle, '{"group":"S1","expert":"legal","name":"legal","unknown":1,"mood":null}'),
        (Chore, '{"kind":"forget","team_id":"T1","until":1.5}'),
    ],
)
def test_what_is_written_back_has_it_still(kind, text):
    back = codec.load(kind, text)

    assert codec.dump(back) == text
    assert codec.dump(replace(back)) == text


def test_so_has_what_is_within():
    text = (
        '{"turn":"T1:C1:1.0","call":CALL,"title":"Legal","icon":":x:","conversation":"conv_1",'
        '"wanted":[{"request":"r","server":"s","tool":"t","arguments":"{}","cost":3}],"asker":"U1",'
        '"about":"1.0","price":7}'
    ).replace("CALL", NEWER_CALL)
    pending = codec.load(Pending, text)

    assert codec.dump(pending) == text
    assert codec.dump(replace(pending, unknown={})) == text.replace(',"price":7', "")


def test_an_event_that_only_a_newer_version_knows_is_for_its_workers():
    with pytest.raises(TooNew, match="a 'Exploded' is not one of AuthorsRead, "):
        codec.load_tagged(KINDS, '["Exploded",{}]')


def test_so_is_a_member_of_an_enum():
    text = codec.dump(EXPERT).replace("high", "highest")
    with pytest.raises(TooNew, match="not a Effort"):
        codec.load(Expert, text)


def test_a_failure_of_a_newer_version_is_read_as_some_failure():
    text = '["ExpertFailed",{"call_id":"c","failure":"bored"}]'
    assert codec.load_tagged(KINDS, text) == ExpertFailed(CallId("c"), Failure.OTHER)


def test_an_error_says_nothing_of_what_people_wrote():
    message = Message(MessageTs("1.0"), UserId("U1"), "my secret")
    broken = codec.dump(message).replace('"author"', '"writer"')

    with pytest.raises(Unreadable) as error:
        codec.load(Message, broken)

    assert "secret" not in str(error.value)


def test_a_missing_optional_is_not_the_same_as_a_wrong_one():
    call = Call(CallId("c"), ExpertName("legal"), "why", "what")
    text = codec.dump_tagged(ExpertCalled(call))

    assert codec.load_tagged(KINDS, text) == ExpertCalled(call)
    with pytest.raises(Unreadable):
        codec.load_tagged(KINDS, text.replace('"brief":"what"', '"brief":"what","known_as":7'))


def test_what_has_no_form_in_json_is_not_written():
    with pytest.raises(TypeError, match="no way to write a bytes"):
        codec.dump(PostStarted(b"bytes"))
    assert codec.dump(Closed("end")) == '{"text":"end"}'
