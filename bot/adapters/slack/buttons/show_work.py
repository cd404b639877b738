"""The listener for *Show work*: anybody who sees a reply may see how it came about.

A modal has to be opened within three seconds of the click, and reading the trace may take longer.
So the modal opens at once and is filled in afterwards.
"""

import asyncio
from collections.abc import Awaitable, Callable

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.adapters.slack.buttons import trace_view
from bot.adapters.slack.buttons.reply_buttons import SHOW_WORK, Subject
from bot.adapters.slack.interactions.responder import Responder
from bot.adapters.slack.markdown.link_domains import LinkDomains
from bot.json_types import Json
from bot.language import gettext
from bot.panel.errors import Refused
from bot.panel.model import Panel, ThreadRef
from bot.panel.reports.turn_inspector import TurnInspector

_TIMEOUT = 30.0  # seconds that the modal may stay empty


class ShowWorkListeners:
    """Shows how replies came about."""

    def __init__(
        self,
        inspector: TurnInspector,
        panel_of: Callable[[ThreadRef], Awaitable[Panel]],
        responder: Responder,
        links: LinkDomains,
        *,
        timeout: float = _TIMEOUT,
    ) -> None:
        self._inspector = inspector
        self._panel_of = panel_of
        self._responder = responder
        self._links = links
        self._timeout = timeout

    def listen(self, app: AsyncApp) -> None:
        app.action(SHOW_WORK)(self.show)

    async def show(self, ack: AsyncAck, body: Json, action: Json) -> None:
        await ack()
        await self._responder.show(
            trace_view.loading(), body, lambda: self._trace(body, action), failed="work.not_shown"
        )

    async def _trace(self, body: Json, action: Json) -> Json:
        try:
            async with asyncio.timeout(self._timeout):
                click = await self._responder.clicks.take(body, action)
                subject = Subject.load(click.value)
                trace = await self._inspector.trace(click.thread, subject.turn)
                panel = await self._panel_of(click.thread)
        except TimeoutError:
            raise Refused(
                gettext("Looking that up took me too long; please try again in a minute.")
            ) from None
        view: Json = self._links.restrict_view(trace_view.modal(trace, subject.call_id, panel))
        return view
