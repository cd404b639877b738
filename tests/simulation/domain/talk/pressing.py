"""People who press the buttons under an answer: again, deeper, or somebody else's view."""

import asyncio
from collections.abc import Coroutine
from random import Random
from typing import Any

from bot.panel.model import ExpertName, MessageTs, Steer, ThreadRef, UserId, Wish
from tests.reckoning.records import Press
from tests.simulation.domain.talk.people import ASKED, People
from tests.simulation.domain.thread import Shown
from tests.simulation.domain.web import Web

_PRESSES = UserId("UMEMBER")
_LONGEST = 10.0  # seconds until somebody presses


class Pressers:
    """Press a button under some answers of experts, if they came as whole messages."""

    def __init__(self, people: People) -> None:
        self._people = people
        if people.story.buttons:
            people.fleet.slack.on_post.append(self._look)
        if people.story.offers:
            people.fleet.slack.on_post.append(self._look_for_offers)

    def _look(self, thread: ThreadRef, shown: Shown) -> None:
        post, loop = shown.post, self._people.fleet.loop
        if not (post.expert and post.about and post.ends_reply):
            return
        random = loop.dice("press", f"{post.turn} {post.part}")
        if random.random() < self._people.story.buttons:
            pressing = self._press(thread, post.expert, post.about, shown.ts, random)
            loop.create_task(pressing, context=loop.world.copy())

    def _look_for_offers(self, thread: ThreadRef, shown: Shown) -> None:
        loop = self._people.fleet.loop
        if not (shown.post.candidates and shown.post.about):
            return
        random = loop.dice("choose", shown.post.turn)
        at_once = random.random() * _LONGEST / 2
        for _ in range(random.choice((0, 1, 1, 2, 3))):
            pause = at_once if random.random() < 0.5 else random.random() * _LONGEST
            names = [expert.name for expert in shown.post.candidates]
            other = [ExpertName(random.choice(ASKED))]
            experts = random.choice((names, names[:1], names[-1:], other, []))
            choosing = self._choose(thread, shown, tuple(experts), pause)
            loop.create_task(choosing, context=loop.world.copy())

    async def _choose(
        self, thread: ThreadRef, shown: Shown, experts: tuple[ExpertName, ...], pause: float
    ) -> None:
        """Press a button of an offer, if it is there still, as its listener looks."""
        await asyncio.sleep(pause)
        place, post = self._people.fleet.slack.thread(thread), shown.post
        if shown.ending or place.ours.get(shown.ts) is not shown or not post.about:
            return
        steer = Steer(Wish.ASK, post.about, shown.ts, experts, chosen=True, last=post.about_until)

        def press(web: Web) -> Coroutine[Any, Any, object]:
            return web.intake.press_once(thread, _PRESSES, steer)

        self._people.choose(thread, shown.ts, frozenset(map(str, experts)), press)

    async def _press(
        self,
        thread: ThreadRef,
        expert: ExpertName,
        since: MessageTs,
        until: MessageTs,
        random: Random,
    ) -> None:
        await asyncio.sleep(random.random() * _LONGEST)
        wish = random.choice((Wish.AGAIN, Wish.DEEPER, Wish.ANOTHER))
        if wish is Wish.ANOTHER:
            expert = ExpertName(random.choice([name for name in ASKED if name != expert]))
        ts, steer = self._people.fleet.slack.new_ts(), Steer(wish, since, until, (expert,))

        def press(web: Web) -> Coroutine[Any, Any, object]:
            return web.intake.press(thread, ts, _PRESSES, steer)

        self._people.press(thread, Press(ts, expert, since, until), press)
