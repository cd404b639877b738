"""Calling Slack's Web API: writes at most once, errors translated into the domain's.

All processes share Slack's rate limits. If Slack refuses a call for its rate (429,
``ratelimited``), all of them wait and it is retried. If it is unknown whether a call took effect
(a timeout, a reset, 5xx), a read is retried and a write raises Ambiguous: its caller has to look
before it writes again.
"""

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Mapping
from contextlib import suppress
from typing import Any, TypeVar

from aiohttp import ClientError, ClientSession, ClientTimeout
from slack_sdk.web.async_client import AsyncWebClient
from yarl import URL

from bot.adapters.leased_requests import LeasedBytes, LeasedRequest
from bot.adapters.slack.api import answers
from bot.adapters.slack.api.answers import Ambiguous, SlackRefused
from bot.adapters.slack.api.channels import Channels
from bot.adapters.slack.api.rate_limits import TooBusy, limits, pause_others, wait_for_slot
from bot.characters import whole, whole_json
from bot.json_types import Json
from bot.panel import observing
from bot.panel.errors import MessengerUnavailable, TurnLost
from bot.panel.intake import lease
from bot.panel.messaging.rate_limiter import RateLimiter
from bot.panel.observing import Kind, Outcome
from bot.panel.retries import Backoff, Retries

log = logging.getLogger(__name__)

T = TypeVar("T")

_POSTING = frozenset({"chat.postMessage", "chat.startStream"})
_TELLING = _POSTING | {"assistant.threads.setStatus"}  # something to a thread
# What an org-wide token does in one of its workspaces; channels and messages tell theirs.
_OF_WORKSPACE = ("bots.", "conversations.list", "team.", "usergroups.", "users.", "files.list")
PAGE = 200  # items that are asked for at once
_READ_DELAYS = (0.2, 0.4, 0.8)  # before a read is repeated
_NEWS_DELAYS = (0.5, 1.0, 2.0)  # before it is looked whether a channel's id has changed
_CANCEL_GRACE = 3.0  # seconds that a cancelled call may still take

# The SDK and Bolt log whole requests at DEBUG, and Bolt copies the root logger's level. This
# logger keeps them quiet at any level, and drops warnings about what we do on purpose.
quiet = logging.getLogger("slack_sdk.quiet")
quiet.setLevel(logging.ERROR)


def session(seconds: float = 15) -> ClientSession:
    """Return the one HTTP session that all calls share; the SDK's own timeout is ignored then."""
    timeout = ClientTimeout(total=seconds, connect=5)
    return ClientSession(timeout=timeout, request_class=LeasedRequest)


def client(token: str, url: str, shared: ClientSession) -> AsyncWebClient:
    """Return a client without retries of its own: they would post twice."""
    return AsyncWebClient(
        token=token, base_url=url, session=shared, retry_handlers=[], logger=quiet
    )


class SlackApi:
    """The methods of Slack's Web API, at the rate that *limiter* allows.

    One call waits *longest* seconds at most when Slack sends ``Retry-After``, and *timeout* for an
    answer, if that is not as the session says. *on_rejected* is called with Slack's code wherever
    it rejects the token, and may raise what counts instead. Nothing is sent for a turn of another
    workspace than *team_id*, if that is given; an org-wide token is told which one is meant.
    """

    def __init__(
        self,
        web: AsyncWebClient,
        limiter: RateLimiter,
        *,
        longest: float = 60,
        retries: int = len(_READ_DELAYS),
        timeout: float | None = None,
        channels: Channels | None = None,
        on_rejected: Callable[[str], Awaitable[None]] | None = None,
        team_id: str = "",
        is_org_wide: bool = False,
    ) -> None:
        self._on_rejected = on_rejected
        self._team_id = team_id
        self._is_org_wide = is_org_wide
        self.channels = channels or Channels()
        self._web = web
        self._limiter = limiter
        self._longest = longest
        self._retries = retries
        self._timeout = ClientTimeout(total=timeout) if timeout else None
        self._logged: set[tuple[str, str]] = set()

    async def write(self, method: str, *, within: float | None = None, **args: Any) -> Json:
        """Call a method that changes something. Raises Ambiguous if its effect is unknown.

        A call that may be skipped says *within* how many seconds it is still useful, and yields
        to others. Raises TooBusy if it cannot go out in time.
        """
        limited = limits(method, args)
        longest = self._longest if within is None else min(within, self._longest)
        retries = Retries(Backoff((0,), total=longest, jitter=0.1, endless=True))
        while True:
            with observing.begin(Kind.SLACK_WAIT, method=method):
                await wait_for_slot(self._limiter, limited, within)
            try:
                return await self._call_channel(method, args)
            except MessengerUnavailable as error:
                if error.after is None:
                    raise
                await pause_others(self._limiter, limited, error.after)
                log.info("slack.slowed", extra={"method": method, "after": error.after})
                if not await retries.wait(error.after):
                    if within is not None:
                        raise TooBusy(str(error), after=error.after) from error
                    raise

    async def read(self, method: str, *, within: float | None = None, **args: Any) -> Json:
        """Call a method that changes nothing; retried if its outcome is unknown."""
        retries = Retries(Backoff(_READ_DELAYS[: self._retries]))
        while True:
            try:
                return await self.write(method, within=within, **args)
            except Ambiguous:
                if not await retries.wait():
                    raise

    async def rewrite(self, method: str, *, within: float | None = None, **args: Any) -> Json:
        return await self.read(method, within=within, **args)

    async def pages(
        self, method: str, key: str, *, limit: int = PAGE, **args: Any
    ) -> AsyncGenerator[Json, None]:
        """Yield the items under *key* of all pages of a listing."""
        cursor = ""
        while True:
            answer = await self.read(method, limit=limit, cursor=cursor or None, **args)
            for item in answer[key]:
                yield item
            cursor = (answer.get("response_metadata") or {}).get("next_cursor", "")
            if not cursor:
                return

    def _note_missing_scope(self, method: str, refusal: Exception) -> None:
        """Log which scope *method* lacks, once: without it much goes on all the same."""
        needed = refusal.needed if isinstance(refusal, SlackRefused) else ""
        if needed and (method, needed) not in self._logged:
            self._logged.add((method, needed))
            log.warning("scope.missing", extra={"method": method, "needed": needed})

    async def _call_channel(self, method: str, args: Mapping[str, Any]) -> Json:
        """Call *method* with the current id of its channel, which may have changed just now.

        Slack's word of that may be on its way; what a thread of ours is told waits for it.
        """
        if self._is_org_wide and method.startswith(_OF_WORKSPACE):
            args = {**args, "team_id": self._team_id}
        sent = await self.channels.outgoing(args)
        to_thread = method in _TELLING and args.get("thread_ts")
        retries = Retries(Backoff(_NEWS_DELAYS if to_thread else ()))
        while True:
            try:
                return await self._call(method, sent)
            except SlackRefused as refusal:
                if refusal.code != "channel_not_found":
                    raise
                tried, sent = sent, await self.channels.outgoing(args, anew=True)
                while tried == sent:
                    if not await retries.wait():
                        raise
                    sent = await self.channels.outgoing(args, anew=True)

    async def _call(self, method: str, args: Mapping[str, Any]) -> Json:
        if self._team_id:
            lease.check_workspace(self._team_id)
        with observing.begin(Kind.SLACK_CALL, method=method) as calling:
            try:
                return await self._send(method, args)
            except Ambiguous:
                calling.conclude(Outcome.AMBIGUOUS)
                raise
            except MessengerUnavailable:
                calling.conclude(Outcome.RATE_LIMITED)
                raise

    async def _send(self, method: str, args: Mapping[str, Any]) -> Json:
        try:
            call = self._post(method, form(args))
            status, headers, content = await (_uninterrupted(call) if method in _POSTING else call)
        except (ClientError, TimeoutError, OSError) as error:
            if isinstance(error.__cause__, TurnLost):  # raised where the body would have gone out
                raise error.__cause__ from None
            raise Ambiguous(f"{method}: {type(error).__name__}") from error
        answer = answers.parsed(content)
        if status == 200 and answer.get("ok"):
            whole_answer: Json = whole_json(answer)
            return whole_answer
        refusal = answers.error_of(status, headers, answer)
        self._note_missing_scope(method, refusal)
        if (
            self._on_rejected
            and isinstance(refusal, SlackRefused)
            and refusal.code in answers.REJECTED
        ):
            await self._on_rejected(refusal.code)
        raise refusal

    async def _post(self, method: str, body: bytes) -> tuple[int, Mapping[str, str], bytes]:
        """Send a request as the SDK does, which takes half as long again for it."""
        web = self._web
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Authorization": f"Bearer {web.token}",
            **web.headers,
        }
        if web.session is None:
            raise ValueError("the client has no session")
        async with web.session.post(
            web.base_url + method,
            data=LeasedBytes(body),
            headers=headers,
            proxy=web.proxy,
            timeout=self._timeout or web.session.timeout,
            allow_redirects=False,  # what is posted is for Slack alone
        ) as answer:
            return answer.status, answer.headers, await answer.read()


async def _uninterrupted(call: Coroutine[Any, Any, T]) -> T:
    """Await *call*; when cancelled, wait a moment for it to finish.

    Otherwise a message might appear only after the next worker has looked for it in vain, and be
    posted twice.
    """
    under_way = asyncio.create_task(call)
    try:
        return await asyncio.shield(under_way)
    except asyncio.CancelledError:
        with suppress(TimeoutError):
            async with asyncio.timeout(_CANCEL_GRACE):
                await asyncio.gather(under_way, return_exceptions=True)
        raise


def form(args: Mapping[str, Any]) -> bytes:
    """Return *args* as a form, which every method takes; only some take JSON.

    aiohttp would encode it by urllib, one byte after the other.
    """
    fields = {
        name: whole(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
        for name, value in args.items()
        if value is not None
    }
    return URL.build(query=fields).raw_query_string.encode()
