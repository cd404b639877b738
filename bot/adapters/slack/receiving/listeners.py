"""What becomes of events: messages are taken in, a few others looked at.

Bolt acknowledges an event before it runs the event's listener. So messages are taken in before
they come to Bolt: what could not be queued is not acknowledged, and Slack delivers it again.
"""

import logging

from bot.adapters.slack.api.identity import Identity
from bot.adapters.slack.receiving import payloads
from bot.adapters.slack.receiving.receiver import BoltApp
from bot.json_types import Json
from bot.panel.intake.intake import Intake
from bot.panel.messaging.handles import HandleStore

log = logging.getLogger(__name__)


def register(app: BoltApp, intake: Intake, handles: HandleStore, identity: Identity) -> None:
    """Let *app* take in what people say."""

    async def take_in(body: Json) -> bool:
        if (body.get("event") or {}).get("type") not in ("message", "app_mention"):
            return False
        groups = payloads.groups(body)
        ours = await handles.find(identity.team_id, groups) if groups else {}
        if found := payloads.incoming(body, identity, ours):
            await intake.receive(found)
        elif amended := payloads.amendment(body, identity, ours):
            await intake.amend(amended.thread, amended.ts, amended.changed)
        return True

    async def note_removal(event: Json) -> None:
        log.warning("app.removed", extra={"event": event["type"]})

    app.take_in = take_in
    for kind in ("app_uninstalled", "tokens_revoked"):
        app.event(kind)(note_removal)
