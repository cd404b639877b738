"""People who decide on tools: whoever sees a request approves, declines, or leaves it."""

import asyncio
from collections.abc import Sequence

from bot.panel.errors import PanelError, Refused
from bot.panel.model import ApprovalId, Decision, ThreadRef, UserId
from tests.simulation.domain.fleet import SLACK_WAITS, Fleet
from tests.simulation.domain.thread import Shown

_DECIDES = UserId("UADMIN")  # not the one who asks
_CHOICES = (Decision.APPROVED,) * 4 + (Decision.DECLINED,) * 2 + (None,)
_TIRED = 5  # presses, until they give up
_LONGEST = 30.0  # seconds until somebody presses


class Deciders:
    """Press the buttons under requests for approval; now and then two of them, or both."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        fleet.slack.on_post.append(self._look)

    def _look(self, thread: ThreadRef, shown: Shown) -> None:
        if not (approval := shown.post.approval):
            return
        random, loop = self._fleet.loop.dice("decision", approval), self._fleet.loop
        presses = [random.choice(_CHOICES)]
        if random.random() < 0.2:
            presses.append(random.choice(_CHOICES))
        for decision in filter(None, presses):
            pressing = self._press(thread, approval, decision, random.random() * _LONGEST)
            loop.create_task(pressing, context=loop.world.copy())

    async def _press(
        self, thread: ThreadRef, approval: ApprovalId, decision: Decision, after: float
    ) -> None:
        await asyncio.sleep(after)
        for _ in range(_TIRED):
            if await self._is_decided(thread, approval, decision):
                return
            await asyncio.sleep(2)  # Slack shows a warning, and they press again

    async def _is_decided(
        self, thread: ThreadRef, approval: ApprovalId, decision: Decision
    ) -> bool:
        if (web := self._fleet.any_web(self._fleet.loop.random)) is None:
            return False
        deciding = web.process.spawn(web.decisions.decide(thread, approval, _DECIDES, decision))
        done, _ = await asyncio.wait([deciding], timeout=SLACK_WAITS)
        if not done:
            return False
        error = deciding.exception()
        if error and not isinstance(error, PanelError):
            raise error
        return error is None or isinstance(error, Refused)


def tickets(shown: Sequence[Shown], title: str) -> list[Shown]:
    """Return the requests to open a ticket of that *title*."""
    return [one for one in shown if one.post.approval and f'"{title}"' in one.post.text]
