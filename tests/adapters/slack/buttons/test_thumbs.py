import pytest

from bot.adapters.slack.buttons import thumbs
from bot.adapters.slack.buttons.thumbs import Thumb
from bot.panel.errors import Refused
from bot.panel.messaging.messenger import Post
from bot.panel.model import ExpertName, Persona, ThreadRef, TurnId
from bot.panel.reports.feedback import LONGEST_REASON, Judged, Opinion

TURN = TurnId("T1:C1:1.0")
THREAD = ThreadRef("T1", "C1", "1.0")
LEGAL = Thumb(Opinion.BAD, Judged(TURN, "reply:call_1", ExpertName("legal")))
ROUTER = Thumb(Opinion.GOOD, Judged(TURN, "synthesis", None))


@pytest.mark.parametrize("thumb", [LEGAL, ROUTER])
def test_a_thumb_knows_what_it_judges(thumb):
    assert Thumb.load(thumb.dump()) == thumb


@pytest.mark.parametrize("value", ["", "good", "good legal T1:C1:1.0", "fine - T1:C1:1.0 router"])
def test_a_value_that_we_did_not_write_is_refused(value):
    with pytest.raises(ValueError, match=r"thumb|Opinion"):
        Thumb.load(value)


def test_the_thumbs_under_any_piece_judge_the_whole_reply():
    persona = Persona("Legal " + "x" * 80, ":scales:")
    post = Post(TURN, "reply:call_1:7", "…", persona=persona, expert=ExpertName("legal"))

    (element,) = thumbs.thumbs(post)["elements"]

    assert Thumb.load(element["negative_button"]["value"]) == LEGAL
    assert element["positive_button"]["accessibility_label"].startswith("Good reply of Legal")
    assert len(element["negative_button"]["accessibility_label"]) <= 75


def test_a_filled_form_says_what_was_judged_where_and_why():
    view = thumbs.reason_form(LEGAL, THREAD)
    (question,) = view["blocks"]
    assert question["element"]["max_length"] == LONGEST_REASON

    view["state"] = {"values": {"reason": {"reason": {"value": "Outdated."}}}}

    assert thumbs.read(view) == (LEGAL, THREAD, "Outdated.")


@pytest.mark.parametrize("kept", ["", "{}", '["x", "T1", "C1", "1.0"]'])
def test_a_form_of_another_version_is_refused(kept):
    values = {"reason": {"reason": {"value": "Outdated."}}}
    with pytest.raises(Refused):
        thumbs.read({"private_metadata": kept, "state": {"values": values}})
