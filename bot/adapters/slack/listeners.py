"""Bolt's listeners for events: they look, take in, and are done.

Bolt acknowledges an event before it runs the listener, and runs a listener's middleware before
that. So a message is taken in by middleware: what could not be queued is not acknowledged, and
Slack delivers it again.
"""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.response import BoltResponse

from bot.adapters.slack import payloads
from bot.adapters.slack.identity import Identity
from bot.adapters.slack.manifest import SUGGESTED_PROMPTS
from bot.adapters.slack.web_api import SlackApi
from bot.panel.errors import PanelError
from bot.panel.intake import Intake

log = logging.getLogger(__name__)


def register(app: AsyncApp, intake: Intake, identity: Identity, api: SlackApi) -> None:
    """Let *app* take in what people say."""

    async def take_in(
        body: dict[str, Any], next_: Callable[[], Awaitable[BoltResponse]]
    ) -> BoltResponse:
        if found := payloads.incoming(body, identity):
            await intake.receive(found)
        elif changed := payloads.amendment(body, identity):
            await intake.amend(changed.thread, changed.ts, changed.message)
        return await next_()

    async def offer_prompts(event: dict[str, Any]) -> None:
        if event.get("tab") != "messages":
            return
        prompts = [dict(prompt) for prompt in SUGGESTED_PROMPTS]
        try:
            await api.write(
                "assistant.threads.setSuggestedPrompts",
                channel_id=event["channel"],
                prompts=prompts,
            )
        except PanelError as error:
            log.warning("prompts.not_offered", extra={"reason": str(error)})

    async def note_removal(event: dict[str, Any]) -> None:
        log.warning("app.removed", extra={"event": event["type"]})

    for kind in ("message", "app_mention"):
        app.event(kind, middleware=[take_in])(_nothing_more)
    app.event("app_home_opened")(offer_prompts)
    for kind in ("app_uninstalled", "tokens_revoked"):
        app.event(kind)(note_removal)


async def _nothing_more() -> None:
    """Everything was done before Bolt acknowledged."""
