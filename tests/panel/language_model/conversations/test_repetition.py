"""What a request left in a conversation that was repeated although it had arrived."""

import pytest

from bot.panel.language_model.conversations.repetition import repeated
from bot.panel.language_model.exchange import (
    ABORTED,
    ApprovalGiven,
    Item,
    ModelSaid,
    StoredItem,
    ToolAnswered,
    ToolCalled,
    UserSaid,
)
from bot.panel.model import CallId, RequestId
from bot.panel.tools import ApprovalWanted

EARLIER, ASKED, OTHER = UserSaid("before"), UserSaid("17: May we?"), UserSaid("18: And now?")
SAID, AGAIN, THOUGHTS = ModelSaid("Yes."), ModelSaid("Yes, again."), None
WANTED = ApprovalWanted(RequestId("mcpr_1"), "shop", "buy", "{}")
GIVEN = ApprovalGiven(RequestId("mcpr_1"), True, "Yes")


def call(id_: str = "call_1") -> ToolCalled:
    return ToolCalled(CallId(id_), "ask_legal", {})


def output(text: str = "fine", id_: str = "call_1") -> ToolAnswered:
    return ToolAnswered(CallId(id_), text)


BOTH = (output(), output("no", "b"))


@pytest.mark.parametrize(
    ("items", "left"),
    [
        pytest.param([ASKED, SAID, ASKED, AGAIN], [ASKED, AGAIN], id="question"),
        pytest.param([ASKED] * 3, [ASKED], id="twice too many"),
        pytest.param([OTHER, SAID, ASKED, ASKED, SAID], [OTHER, SAID, ASKED, SAID], id="bare"),
        pytest.param(
            [EARLIER, ASKED, THOUGHTS, SAID, EARLIER, ASKED, AGAIN],
            [EARLIER, ASKED, AGAIN],
            id="with what was quoted and thought",
        ),
        pytest.param(
            [ASKED, call(), output(ABORTED), ASKED, call("call_2")],
            [ASKED, call("call_2")],
            id="with calls that nobody carried out",
        ),
        pytest.param(
            [ASKED, call(), output(ABORTED), ASKED, call("call_2"), output(ABORTED)],
            [ASKED, call("call_2")],
            id="with an output that came after the call was lost",
        ),
        pytest.param(
            [ASKED, call(), call("b"), *BOTH, SAID, *BOTH, AGAIN],
            [ASKED, call(), call("b"), *BOTH, AGAIN],
            id="outputs",
        ),
        pytest.param(
            [ASKED, call(), output(), SAID, output(ABORTED)],
            [ASKED, call(), output(), SAID],
            id="another output of the same call",
        ),
        pytest.param(
            [ASKED, call(), call("b"), output("no", "b"), output(), output(), output("no", "b")],
            [ASKED, call(), call("b"), output("no", "b"), output()],
            id="outputs in another order",
        ),
        pytest.param([ASKED, WANTED, GIVEN, SAID, GIVEN], [ASKED, WANTED, GIVEN], id="decision"),
    ],
)
def test_what_was_sent_again_stays_once(
    items: list[StoredItem | None], left: list[StoredItem]
) -> None:
    gone = repeated(items, "17")
    assert [item for n, item in enumerate(items) if n not in gone] == left


@pytest.mark.parametrize(
    "items",
    [
        pytest.param([ASKED, SAID, OTHER, SAID], id="nothing"),
        pytest.param([OTHER, SAID, OTHER, SAID], id="another question"),
        pytest.param([ASKED, SAID, OTHER, ASKED, SAID], id="something said in between"),
        pytest.param([ASKED, call(), output(), call(), output()], id="a call id that repeats"),
        pytest.param([output(), ASKED, call("b"), output("fine", "b")], id="a call out of sight"),
        pytest.param([call(), output(), ASKED, output("late", "c")], id="an output without a call"),
    ],
)
def test_anything_else_stays(items: list[Item | None]) -> None:
    assert repeated(items, "17") == set()
