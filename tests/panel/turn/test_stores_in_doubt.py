"""A call of a store whose answer is lost, at each step of a turn: whoever goes on reads it again.

Whether the worker lives on or dies right then, nothing is lost, doubled or left behind.
"""

from collections.abc import Mapping, Sequence
from itertools import count

import pytest

from tests.panel.broken_turns import Misfortune, answer, bench_of_three, complaints

OTHERS = {
    "threads": ("links", "save_links", "standing", "unread_since", "edits", "mark_edits_read"),
    "approvals": ("pending",),
    "reports": ("save",),
    "outbox": ("put",),
    "queue": ("done", "postpone"),
}
LOST = [(False, None), (True, None), (False, 0), (True, 0), (True, 3)]  # after its effect; who dies


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
