import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.slack.api.metadata import MessageStamp, StampSigner

SHARED = Path(os.environ.get("PANELBOT_SHARED", Path(__file__).parents[5] / "shared"))
SCHEMA = SHARED / "data/slack/schemas/MsgMetadata.json"

STAMP = MessageStamp("turn_1", "reply:call_9:0", "legal", "conv_42")
PLACE = {"team": "T1", "channel": "C1", "thread_ts": "1700000000.000100"}
SIGNER = StampSigner(["a secret"])

ids = st.text(max_size=20)
stamps = st.builds(MessageStamp, ids, ids, st.none() | ids, ids)
places = st.fixed_dictionaries({"team": ids, "channel": ids, "thread_ts": ids})
scraps = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


def posted(stamp: MessageStamp = STAMP, signer: StampSigner = SIGNER) -> dict[str, Any]:
    message = {"ts": "1.2", "metadata": signer.metadata(stamp, **PLACE)}
    read_back: dict[str, Any] = json.loads(json.dumps(message))
    return read_back


@given(stamps, places)
def test_a_stamp_is_read_back_where_it_was_posted(
    stamp: MessageStamp, place: dict[str, str]
) -> None:
    assert SIGNER.read({"metadata": SIGNER.metadata(stamp, **place)}, **place) == stamp


@given(stamps, places, stamps, places)
def test_a_signature_fits_one_stamp_in_one_place_only(
    stamp: MessageStamp, place: dict[str, str], other: MessageStamp, elsewhere: dict[str, str]
) -> None:
    mine: dict[str, Any] = SIGNER.metadata(stamp, **place)
    forged: dict[str, Any] = SIGNER.metadata(other, **elsewhere)
    forged["event_payload"]["signature"] = mine["event_payload"]["signature"]
    same = (stamp, place) == (other, elsewhere)
    assert (SIGNER.read({"metadata": forged}, **elsewhere) is not None) == same


@pytest.mark.parametrize("field", ["turn", "part", "expert", "router", "signature"])
def test_a_changed_field_is_a_forgery(field: str) -> None:
    message = posted()
    message["metadata"]["event_payload"][field] += "x"
    assert SIGNER.read(message, **PLACE) is None


@pytest.mark.parametrize("field", ["turn", "part", "expert", "router", "signature"])
@pytest.mark.parametrize("value", [None, 7, ["x"], {}, "é\ud83d"])
def test_a_malformed_field_is_a_forgery(field: str, value: object) -> None:
    message = posted()
    message["metadata"]["event_payload"][field] = value
    assert SIGNER.read(message, **PLACE) is None


@pytest.mark.parametrize("moved", ["team", "channel", "thread_ts"])
def test_a_copy_in_another_place_is_a_forgery(moved: str) -> None:
    assert SIGNER.read(posted(), **{**PLACE, moved: "elsewhere"}) is None


def test_no_expert_is_not_the_expert_without_a_name() -> None:
    message = posted(replace(STAMP, expert=None))
    assert SIGNER.read(message, **PLACE) == replace(STAMP, expert=None)
    message["metadata"]["event_payload"]["expert"] = ""
    assert SIGNER.read(message, **PLACE) is None


def test_characters_cannot_move_from_one_field_to_the_next() -> None:
    message = posted(MessageStamp('a","b', "c", None, "d"))
    message["metadata"]["event_payload"].update(turn="a", part='b","c')
    assert SIGNER.read(message, **PLACE) is None


def test_secrets_can_be_changed_without_losing_old_messages() -> None:
    old, both, new = StampSigner(["old"]), StampSigner(["new", "old"]), StampSigner(["new"])
    assert both.read(posted(signer=old), **PLACE) == STAMP
    assert new.read(posted(signer=both), **PLACE) == STAMP
    assert old.read(posted(signer=both), **PLACE) is None
    assert new.read(posted(signer=old), **PLACE) is None


@given(st.dictionaries(st.sampled_from(["metadata", "ts"]), scraps))
def test_foreign_messages_have_no_stamp(message: dict[str, object]) -> None:
    assert SIGNER.read(message, **PLACE) is None


@given(st.sampled_from(["panelbot_message", "x"]), scraps)
def test_foreign_metadata_has_no_stamp(event_type: str, payload: object) -> None:
    metadata = {"event_type": event_type, "event_payload": payload}
    assert SIGNER.read({"metadata": metadata}, **PLACE) is None


def test_another_apps_event_type_is_not_ours() -> None:
    message = posted()
    message["metadata"]["event_type"] = "task_created"
    assert SIGNER.read(message, **PLACE) is None


def test_metadata_is_flat_text_that_slack_takes() -> None:
    if not SCHEMA.exists():
        pytest.skip(f"Slack's reference data is not at {SHARED}: set PANELBOT_SHARED")
    jsonschema.validate(posted()["metadata"], json.loads(SCHEMA.read_text()))


def test_metadata_stays_small() -> None:
    assert len(json.dumps(posted()["metadata"])) < 300
    with pytest.raises(ValueError, match="2000 bytes"):
        SIGNER.metadata(replace(STAMP, turn="é" * 400), **PLACE)


@pytest.mark.parametrize("secrets", [[], [""], ["good", ""]])
def test_an_empty_secret_is_refused(secrets: list[str]) -> None:
    with pytest.raises(ValueError, match="at least one secret"):
        StampSigner(secrets)
