"""Where is looked for what was missed, in which order, and what is received of it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from bot.panel.errors import MessengerRefused, MessengerUnavailable
from bot.panel.intake.gap_search import MOST_CHANNELS, MOST_THREADS, GapSearch
from bot.panel.intake.intake import Incoming, Intake
from bot.panel.intake.missed_messages import Gap, ListeningRecord, MessageHistory, SeenThread
from bot.panel.model import Message, MessageTs, ThreadRef, UserId
from bot.panel.threads.thread_store import Standing
from tests.fakes.audit_log import auditor
from tests.fakes.thread_store import FakeThreadStore
from tests.fakes.turn_queue import FakeTurnQueue

THREAD = ThreadRef("T1", "C1", "900.0")
GAP = Gap(1000.0, 2000.0)


class Killed(BaseException):
    """Nothing is done after this."""


class FakeHistory(MessageHistory):
    """What people wrote, by thread; errors come first."""

    def __init__(self) -> None:
        self.said: dict[ThreadRef, list[Incoming]] = {}
        self.hidden: set[ThreadRef] = set()  # too old for the channel to show them
        self.errors: list[Exception] = []
        self.refused: set[str] = set()
        self.joined: list[str] = []
        self.read: list[str] = []
        self.dies_after = 10_000  # reads

    def say(self, thread: ThreadRef, ts: str, text: str, *, mentioned: bool = False) -> None:
        message = Message(MessageTs(ts), UserId("U1"), text, mentioned)
        incoming = Incoming(thread, message, ts != thread.thread_ts, addresses_others=False)
        self.said.setdefault(thread, []).append(incoming)

    async def channels(self) -> Sequence[str]:
        if self.errors:
            raise self.errors.pop(0)
        if "*" in self.refused:
            raise MessengerRefused("missing_scope")
        return self.joined

    async def threads(self, channel_id: str, since: float) -> Sequence[SeenThread]:
        self._note(channel_id)
        return [
            SeenThread(thread, float(said[-1].message.ts), has_replies=True)
            for thread, said in sorted(self.said.items(), key=lambda one: one[0].thread_ts)[::-1]
            if thread.channel_id == channel_id and thread not in self.hidden
        ]

    async def messages(self, thread: ThreadRef, since: float) -> Sequence[Incoming]:
        self._note(thread.thread_ts)
        return [one for one in self.said.get(thread, []) if float(one.message.ts) >= since]

    def _note(self, what: str) -> None:
        if len(self.read) >= self.dies_after:
            raise Killed
        if self.errors:
            raise self.errors.pop(0)
        if what in self.refused:
            raise MessengerRefused("not_in_channel")
        self.read.append(what)


class Record(ListeningRecord):
    """Of one process that looks into a gap."""

    def __init__(self) -> None:
        self.recent: Sequence[ThreadRef] = ()
        self.places: dict[str, float] = {}

    async def listen(self, seconds: float) -> Gap | None:
        raise NotImplementedError

    async def searched(self) -> Mapping[str, float]:
        return dict(self.places)

    async def note_searched(self, place: str, gap: Gap) -> None:
        self.places[place] = gap.until

    async def done(self, gap: Gap) -> None:
        self.places.clear()

    async def leave(self) -> None:
        raise NotImplementedError

    async def recent_threads(self, limit: int) -> Sequence[ThreadRef]:
        return self.recent[:limit]


class Bench:
    def __init__(self) -> None:
        self.record = Record()
        self.history, self.queue = FakeHistory(), FakeTurnQueue()
        self.threads = FakeThreadStore()
        self.intake = Intake(self.queue, self.threads, auditor())

    async def search(self, *recent: ThreadRef, gap: Gap = GAP, within: float = 3600) -> None:
        self.record.recent = recent
        await GapSearch(self.record, self.history, self.intake, self.threads, gap, within).run()

    async def queued(self) -> list[tuple[str, bool]]:
        texts = []
        while (await self.queue.depth()).waiting:
            claim = await self.queue.claim()
            texts += [(message.text, message.missed) for message in claim.turn.messages]
            await self.queue.done(claim)
        return texts


@pytest.fixture
async def bench() -> Bench:
    made = Bench()
    await made.threads.set_standing(THREAD, Standing.OURS)
    return made


async def test_what_was_written_in_the_gap_is_missed_and_what_came_later_is_not(bench):
    for ts, text in (("930.0", "long before"), ("950.0", "just before"), ("1500.0", "in it")):
        bench.history.say(THREAD, ts, text)
    bench.history.say(THREAD, "2000.5", "just now")
    await bench.search(THREAD)

    assert await bench.queued() == [("just before", True), ("in it", True), ("just now", False)]


async def test_what_redis_lost_is_queued_again_by_the_process_that_had_queued_it(bench):
    for ts, text in (("1500.0", "just before the failover"), ("2000.5", "to the former server")):
        bench.history.say(THREAD, ts, text)
        await bench.intake.receive(bench.history.said[THREAD][-1])
    bench.queue.lose_turns()
    await bench.search(THREAD)

    assert [text for text, _ in await bench.queued()] == [
        "just before the failover", "to the former server",
    ]  # fmt: skip


async def test_a_thread_that_its_channel_does_not_show_any_more_is_read(bench):
    bench.history.say(THREAD, "1500.0", "hello")
    bench.history.hidden.add(THREAD)
    await bench.search(THREAD)
    assert await bench.queued() == [("hello", True)]


async def test_threads_of_people_are_read_for_mentions_only(bench):
    peoples = replace(THREAD, thread_ts="901.0")
    bench.history.say(peoples, "1100.0", "lunch?")
    bench.history.say(peoples, "1200.0", "legal: pizza?", mentioned=True)
    bench.history.say(peoples, "1300.0", "and finance?")
    bench.history.say(replace(THREAD, thread_ts="902.0"), "1300.0", "not to you")
    await bench.search(THREAD)
    assert await bench.queued() == [("legal: pizza?", True), ("and finance?", True)]


async def test_only_so_much_is_looked_into(bench):
    threads = [ThreadRef("T1", f"C{n % 60}", f"{n}.0") for n in range(1, 400)]
    bench.history.joined = [f"C{n}" for n in range(20, 200)]
    await bench.search(*threads)
    assert len([read for read in bench.history.read if read.startswith("C")]) == MOST_CHANNELS
    assert len([read for read in bench.history.read if "." in read]) == MOST_THREADS


async def test_a_channel_in_which_the_panel_was_never_asked_is_looked_into_last(bench):
    bench.history.joined = ["C2", "C1"]
    first = ThreadRef("T1", "C2", "1500.0")
    bench.history.say(first, "1500.0", "legal: hello?", mentioned=True)
    bench.history.say(THREAD, "1600.0", "hello")
    await bench.search(THREAD)

    assert bench.history.read == ["C1", THREAD.thread_ts, "C2", first.thread_ts]
    assert await bench.queued() == [("hello", True), ("legal: hello?", True)]


async def test_where_channels_cannot_be_listed_those_that_are_known_are_looked_into(bench):
    bench.history.say(THREAD, "1500.0", "hello")
    bench.history.refused.add("*")
    await bench.search(THREAD)
    assert await bench.queued() == [("hello", True)]


@pytest.mark.parametrize("step", range(2, 6))
async def test_whoever_goes_on_does_not_begin_anew(bench, step):
    """Each process gets *step* reads far, and is killed."""
    threads = [replace(THREAD, channel_id=f"C{n % 3}", thread_ts=f"90{n}.0") for n in range(6)]
    for number, thread in enumerate(threads):
        bench.history.say(thread, f"{1500 + number}.0", f"{number}", mentioned=True)

    killed = 0
    while True:
        before = len(bench.history.read)
        bench.history.dies_after = before + step
        try:
            await bench.search(*threads)
        except Killed:
            killed += 1
            assert killed < 20
        else:
            break

    assert sorted(text for text, _ in await bench.queued()) == list("012345")
    assert len(bench.history.read) <= 9 + killed * (step > 1)


async def test_what_a_gap_has_grown_by_is_searched_where_the_rest_was(bench):
    bench.history.say(THREAD, "1500.0", "hello")
    bench.record.places = {"C1": 1900.0, f"C1:{THREAD.thread_ts}": 1700.0}
    bench.history.say(THREAD, "1950.0", "and?")
    await bench.search(THREAD)

    assert await bench.queued() == [("and?", True)]
    assert set(bench.record.places.values()) == {GAP.until}


async def test_a_channel_that_cannot_be_read_is_left_out(bench):
    bench.history.say(THREAD, "1500.0", "hello")
    bench.history.refused.add("C0")
    await bench.search(ThreadRef("T1", "C0", "1.0"), THREAD)
    assert await bench.queued() == [("hello", True)]


async def test_where_slack_makes_us_wait_we_do(bench):
    bench.history.say(THREAD, "1500.0", "hello")
    bench.history.errors = [MessengerUnavailable("ratelimited", after=0.01)] * 3
    await bench.search(THREAD)
    assert await bench.queued() == [("hello", True)]


async def test_what_is_too_old_is_read_with_what_is_not(bench):
    bench.history.say(THREAD, "1100.0", "too old")
    bench.history.say(THREAD, "1990.0", "hello")
    await bench.search(THREAD, within=60)
    assert await bench.queued() == [("hello", True)]
    assert await bench.threads.unread_since(THREAD) == "1000.000000"


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        (["a", "@stop", "b"], ["b"]),
        (["a", "@stop"], []),
        (["@mute", "a", "@unmute"], ["a", "unmute"]),
        (["@unmute", "a", "@mute"], ["a", "mute"]),
        (["@add tax", "@add tea", "@remove tax"], ["add tea", "remove tax"]),
        (["@experts", "stop", "@help"], ["experts", "stop", "help"]),
    ],
)
async def test_what_a_later_word_takes_back_is_not_done(bench, said, wanted):
    for number, text in enumerate(said):
        mentioned = text.startswith("@")
        bench.history.say(THREAD, f"{1100 + number}.0", text.strip("@"), mentioned=mentioned)
    await bench.search(THREAD)
    assert [text for text, _ in await bench.queued()] == wanted
    assert await bench.threads.unread_since(THREAD) == "1000.000000"


async def test_a_stop_found_late_stops_what_was_before_it_and_nothing_newer(bench):
    async def put(ts: str) -> None:
        await bench.queue.put(THREAD, Message(MessageTs(ts), UserId("U1"), "x"))

    await put("940.0")
    claim = await bench.queue.claim()
    bench.history.say(THREAD, "1500.0", "stop", mentioned=True)
    await bench.search(THREAD)
    assert await bench.queue.stop_requests() == {THREAD: "U1"}
    await bench.queue.done(claim)

    await put("2000.1")
    claim = await bench.queue.claim()
    await put("2000.2")
    bench.history.say(THREAD, "1600.0", "stop", mentioned=True)
    await bench.search(THREAD)
    assert await bench.queue.stop_requests() == {}
    await bench.queue.done(claim)
    assert await bench.queued() == [("x", False)]
