"""The promises of FeedbackStore, on the fake and on Redis alike."""

from dataclasses import replace

import pytest

from bot.adapters.redis.encryption import CLEAR, Cipher
from bot.adapters.redis.stores.feedback_store import RedisFeedbackStore
from bot.panel.model import ExpertName, TurnId, UserId
from bot.panel.reports.feedback import Feedback, Judged, Opinion
from tests.fakes.feedback_store import FakeFeedbackStore

SECRET = Cipher([bytes(32)])
NOVEMBER = TurnId("T1:C1:1763671234.000100")  # 2025-11-20
LEGAL = Judged(NOVEMBER, "reply:call_1", ExpertName("legal"))
ROUTER = Judged(NOVEMBER, "synthesis", None)
GOOD = Feedback(
    LEGAL, "1763671000.000100", UserId("U1"), Opinion.GOOD, at=1763671240000, model="gpt-6.1-terra"
)
BAD = replace(GOOD, opinion=Opinion.BAD, at=1763671250000, reason="Wrong länder 🇩🇪")


@pytest.fixture(params=["fake", "redis", "encrypted redis"])
def store(request, redis):
    if request.param == "fake":
        return FakeFeedbackStore()
    cipher = SECRET if "encrypted" in request.param else CLEAR
    return RedisFeedbackStore(redis, cipher)


async def test_a_month_without_opinions_is_empty(store):
    assert list(await store.of_month("T1", "2025-11")) == []


async def test_who_changes_their_mind_has_one_voice_still(store):
    await store.save("T1", GOOD)
    await store.save("T1", BAD)

    assert list(await store.of_month("T1", "2025-11")) == [BAD]


async def test_each_person_and_each_reply_has_a_voice_of_its_own(store):
    others = [replace(GOOD, by=UserId("U2")), replace(GOOD, judged=ROUTER)]
    for feedback in (GOOD, *others):
        await store.save("T1", feedback)

    found = await store.of_month("T1", "2025-11")

    assert len(found) == 3
    assert all(feedback in found for feedback in (GOOD, *others))


async def test_an_opinion_belongs_to_the_month_of_the_question(store):
    late = replace(GOOD, at=GOOD.at + 40 * 86_400_000)
    await store.save("T1", late)

    assert list(await store.of_month("T1", "2025-11")) == [late]
    assert list(await store.of_month("T1", "2025-12")) == []


async def test_workspaces_do_not_see_each_others_opinions(store):
    await store.save("T1", GOOD)
    assert list(await store.of_month("T2", "2025-11")) == []


async def test_what_matches_is_forgotten_and_counted(store):
    for feedback in (GOOD, replace(GOOD, by=UserId("U2")), replace(GOOD, judged=ROUTER)):
        await store.save("T1", feedback)

    assert await store.forget("T1", ["2025-10"], lambda _: True) == 0
    assert await store.forget("T2", ["2025-11"], lambda _: True) == 0
    forgotten = await store.forget("T1", ["2025-10", "2025-11"], lambda one: one.by == "U1")

    assert forgotten == 2
    assert list(await store.of_month("T1", "2025-11")) == [replace(GOOD, by=UserId("U2"))]
