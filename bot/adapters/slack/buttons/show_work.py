"""Bolt's listener for *Show work*: whoever sees a reply may see how it came about.

The click lets a modal be opened within three seconds; looking things up may take longer. So it
opens at once, and is filled in afterwards.
"""

import asyncio
import logging

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.adapters.slack.api.identity import Identity
from bot.adapters.slack.api.web_api import SlackApi
from bot.adapters.slack.buttons import trace_view
from bot.adapters.slack.buttons.reply_buttons import SHOW_WORK, Subject
from bot.adapters.slack.receiving.payloads import thread_clicked
from bot.json_types import Json
from bot.language import gettext
from bot.panel.errors import PanelError, Refused
from bot.panel.model import ThreadRef
from bot.panel.reports.turn_inspector import TurnInspector

log = logging.getLogger(__name__)

_TIMEOUT = 30.0  # seconds that somebody may look at an empty modal


def register(
    app: AsyncApp,
    desk: TurnInspector,
    identity: Identity,
    api: SlackApi,
    *,
    timeout: float = _TIMEOUT,
) -> None:
    """Let *app* take the clicks."""

    async def show(ack: AsyncAck, body: Json, action: Json) -> None:
        await ack()
        try:
            subject = Subject.load(action.get("value") or "")
            thread = thread_clicked(body, identity)
            opened = await api.write(
                "views.open", trigger_id=body["trigger_id"], view=trace_view.loading()
            )
            view = await _filled(subject, thread)
            await api.rewrite("views.update", view_id=opened["view"]["id"], view=view)
        except (KeyError, ValueError) as error:
            log.warning("work.not_shown", extra={"reason": f"odd click: {type(error).__name__}"})
        except PanelError as error:
            log.warning("work.not_shown", extra={"reason": str(error)})

    async def _filled(subject: Subject, thread: ThreadRef) -> Json:
        try:
            async with asyncio.timeout(timeout):
                work = await desk.trace(thread, subject.turn)
        except TimeoutError:
            return trace_view.sentence(
                gettext("Looking that up took me too long; please try again in a minute.")
            )
        except Refused as error:
            return trace_view.sentence(str(error))
        except PanelError as error:
            log.warning("work.not_found", extra={"turn": subject.turn, "reason": str(error)})
            return trace_view.sentence(
                gettext("I cannot reach my memory just now; please try again in a minute.")
            )
        return trace_view.modal(work, subject.call_id)

    app.action(SHOW_WORK)(show)
