"""A call of a store whose answer is lost, at each step of a turn: whoever goes on reads it again.

Whether the worker lives on or dies right then, nothing is lost, doubled or left behind.
"""

from collections.abc import Mapping, Sequence
from itertools import count

import pytest

from bot.panel.approvals.decisions import ApprovalDecisions
from bot.panel.language_model.exchange import ApprovalGiven
from bot.panel.model import Decision, RequestId, UserId
from bot.panel.tools import ApprovalWanted
from tests.fakes.audit_log import auditor
from tests.panel.broken_turns import Misfortune, answer, bench_of_three, complaints, work
from tests.panel.conftest import THREAD, Bench, with_shop

OTHERS = {
    "threads": ("links", "save_links", "standing", "unread_since", "edits", "mark_edits_read"),
    "approvals": ("pending",),
    "reports": ("save",),
    "outbox": ("put",),
    "queue": ("done", "postpone"),
}
LOST = [  # after its effect, or without; how much later the worker dies, if it does
    (True, None),
    (True, 3),
    pytest.param(False, None, marks=pytest.mark.long),
    pytest.param(False, 0, marks=pytest.mark.long),
    pytest.param(True, 0, marks=pytest.mark.long),
]


async def broken(
    stores: Mapping[str, Sequence[str]], *, after: bool, dies: int | None
) -> list[str]:
    """Return what goes wrong where the answer of any one call of *stores* is lost."""
    wrong: list[str] = []
    for at in count(1):
        bench, misfortune = bench_of_three(), Misfortune(at, after=after, dies=dies)
        for store, methods in stores.items():
            misfortune.before(getattr(bench, store), *methods)
        await answer(bench, misfortune)
        if len(misfortune.calls) < at:
            assert at > len(stores)
            return wrong
        wrong += [f"{misfortune.calls[at - 1]}: {one}" for one in await complaints(bench)]
    raise AssertionError("it never ends")


@pytest.mark.parametrize(("after", "dies"), LOST)
async def test_an_entry_of_the_journal_may_or_may_not_be_written(after, dies):
    assert await broken({"journal": ("append",)}, after=after, dies=dies) == []


@pytest.mark.parametrize(("after", "dies"), LOST)
async def test_what_another_store_was_told_may_or_may_not_have_arrived(after, dies):
    assert await broken(OTHERS, after=after, dies=dies) == []


PRICE = ApprovalWanted(RequestId("mcpr_1"), "shop", "look_up_price", '{"plan": "team"}')
APPROVALS = ("open", "ask", "pending", "close", "record_verdict")


async def decided(bench: Bench, misfortune: Misfortune) -> list[str]:
    """Return what goes wrong where an expert asks for approval and gets it."""
    bench.model.script("legal", ["Let me see. ", PRICE], "49 a month.")
    await answer(bench, misfortune, text="legal: What does it cost?")
    (approval,) = [post.approval for _, _, post in bench.messenger.posts if post.approval]
    desk = ApprovalDecisions(bench.approvals, bench.approval_rights(), auditor(), patience=0.2)
    for _ in range(2):  # whoever is told that it failed, or nothing, presses once more
        press = desk.decide(THREAD, approval, UserId("UMEMBER"), Decision.APPROVED)
        if await misfortune.comes_over(press):
            break
    await work(bench, misfortune)
    misfortune.is_over()
    said = [text for name, text in bench.messenger.said if name]
    given = [
        one.approved for one in bench.model.items_of("legal") if isinstance(one, ApprovalGiven)
    ]
    left = [str(one.id) for one in await bench.approvals.pending(THREAD)]
    buried = [letter.reason for letter in await bench.queue.buried()]
    is_right = said == ["Let me see. ", "49 a month."] and given == [True]
    is_right = is_right and len(bench.messenger.endings) == 1 and not left and not buried
    return [] if is_right else [f"{said} {given} {bench.messenger.endings} {left} {buried}"]


@pytest.mark.parametrize(("after", "dies"), [(True, None), (True, 0), (False, 0)])
async def test_an_approval_may_or_may_not_be_stored(after, dies):
    wrong: list[str] = []
    for at in count(1):
        bench, misfortune = with_shop(), Misfortune(at, after=after, dies=dies)
        misfortune.before(bench.approvals, *APPROVALS)
        wrong += [
            f"{at} {misfortune.calls[-1][:80]}: {one}" for one in await decided(bench, misfortune)
        ]
        if len(misfortune.calls) < at:
            break
    assert at > len(APPROVALS)
    assert wrong == []
