"""Commands, clicks and forms are acted on once, however often and wherever they are delivered.

1. A delivery is claimed before its listener runs, and kept claimed while it runs, which may be
   long after its acknowledgement. Another delivery of the same waits for the first one's answer,
   and gives it again.
2. If the process that has the claim dies, the claim ends, and the delivery that waits is acted on.
3. What was not acknowledged, and a form that was answered with errors, may be delivered again.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from slack_bolt.listener.async_listener_completion_handler import AsyncListenerCompletionHandler
from slack_bolt.listener.async_listener_start_handler import AsyncListenerStartHandler
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot import runtime
from bot.json_types import Json
from bot.panel.errors import StoreUnavailable
from bot.panel.messaging.deliveries import DeliveryStore, Earlier

log = logging.getLogger(__name__)

_INTERACTIONS = frozenset({"block_actions", "message_action", "shortcut", "view_submission"})
_RENEW_EVERY = 0.5  # seconds: a quarter of a claim
_LOOK_EVERY = 0.1
_CLAIM_WITHIN = 1.0  # of a store that hangs
_LONGEST_WAIT = 2.5  # longer than a claim, and shorter than Slack waits
_CONTEXT_KEY = "panelbot_delivery"

Dispatch = Callable[[], Awaitable[BoltResponse]]


def name_of(body: Json) -> str | None:
    """Return what all deliveries of the same command, click or form have in common.

    A form has the same name until it is shown anew, so submitting it twice is the same, too.
    """
    kind, view = str(body.get("type")), body.get("view")
    if kind == "view_submission" and isinstance(view, dict) and view.get("hash"):
        return f"view {view.get('id')} {view['hash']}"
    trigger = body.get("trigger_id")
    is_one = kind in _INTERACTIONS or "command" in body
    return f"trigger {trigger}" if is_one and trigger else None


class ActOnce:
    """Runs the listeners of each delivery once, among all processes that share a *store*."""

    def __init__(self, store: DeliveryStore) -> None:
        self._store = store
        self._keeping: set[asyncio.Task[None]] = set()

    async def run(self, request: AsyncBoltRequest, dispatch: Dispatch) -> BoltResponse:
        """Return the response of *dispatch*, or that of an earlier delivery of the same."""
        name = name_of(request.body)
        if name is None:
            return await dispatch()
        delivery = _Delivery(self._store, name)
        try:
            earlier = await delivery.claim()
        except (StoreUnavailable, TimeoutError) as error:  # its listener says so, if it needs it
            log.warning("delivery.not_claimed", extra={"reason": str(error)})
            return await dispatch()
        if earlier:
            log.info("delivery.repeated", extra={"done": earlier.done})
            return _response(earlier)
        request.context[_CONTEXT_KEY] = delivery
        task = asyncio.create_task(delivery.keep())
        self._keeping.add(task)
        task.add_done_callback(self._keeping.discard)
        response = await dispatch()
        delivery.dispatched(response)
        return response


class _Delivery:
    """A delivery that this process has claimed."""

    def __init__(self, store: DeliveryStore, name: str) -> None:
        self._store = store
        self._name = name
        self._token = runtime.token(9)
        self._response: BoltResponse | None = None
        self._listening = False
        self._ended = asyncio.Event()

    async def claim(self) -> Earlier | None:
        """Claim it; if it is claimed or done already, return what came of it until now."""
        for _ in range(round(_LONGEST_WAIT / _LOOK_EVERY)):
            async with asyncio.timeout(_CLAIM_WITHIN):
                earlier = await self._store.claim(self._name, self._token)
            if earlier is None or earlier.done:
                return earlier
            await asyncio.sleep(_LOOK_EVERY)
        return earlier

    async def keep(self) -> None:
        """Keep the claim until the listener has ended, and note what came of it."""
        with suppress(StoreUnavailable):  # then it may be acted on twice
            while not await self._has_ended():
                await self._store.renew(self._name, self._token, _answer(self._response))
            if _may_come_again(self._response):
                await self._store.release(self._name, self._token)
            else:
                await self._store.done(self._name, self._token, _answer(self._response))

    def listening(self) -> None:
        self._listening = True

    def dispatched(self, response: BoltResponse) -> None:
        """Note the response that Slack gets; without a listener, nothing else will happen."""
        self._response = self._response or response
        if not self._listening:
            self._ended.set()

    def ended(self, acknowledgement: BoltResponse | None) -> None:
        """Note that the listener has ended, perhaps with an acknowledgement that came too late."""
        self._response = acknowledgement or self._response
        self._ended.set()

    async def _has_ended(self) -> bool:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._ended.wait(), _RENEW_EVERY)
        return self._ended.is_set()


class ListenerStart(AsyncListenerStartHandler):
    """Tells deliveries that their listener begins."""

    async def handle(self, request: AsyncBoltRequest, response: BoltResponse | None) -> None:
        if delivery := request.context.get(_CONTEXT_KEY):
            delivery.listening()


class ListenerCompletion(AsyncListenerCompletionHandler):
    """Tells deliveries that their listener has ended, unless this process is being stopped."""

    async def handle(self, request: AsyncBoltRequest, response: BoltResponse | None) -> None:
        task = asyncio.current_task()
        if (delivery := request.context.get(_CONTEXT_KEY)) and not (task and task.cancelling()):
            delivery.ended(request.context.ack.response)


def _may_come_again(response: BoltResponse | None) -> bool:
    """Whether nothing was done: it was not acknowledged, or the form has errors."""
    if response is None or response.status != 200:
        return True
    return _document(response.body).get("response_action") == "errors"


def _document(text: str) -> dict[str, Any]:
    try:
        document = json.loads(text or "{}")
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _answer(response: BoltResponse | None) -> str | None:
    if response is None or response.status != 200:
        return None
    return json.dumps({"body": response.body, "headers": response.headers})


def _response(earlier: Earlier) -> BoltResponse:
    """Return the response of the earlier delivery; without one, Slack has to deliver again."""
    if earlier.answer is None:
        return BoltResponse(status=200 if earlier.done else 503)
    answer = _document(earlier.answer)
    return BoltResponse(status=200, body=answer.get("body", ""), headers=answer.get("headers"))
