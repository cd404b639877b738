"""Deliveries as signed HTTP requests, as Slack makes them."""

import hashlib
import hmac
import json
import time
from typing import Any
from urllib.parse import urlencode

from aiohttp import ClientError, ClientSession, ClientTimeout

from bot.json_types import Json
from bot.playground.slack.delivery.delivery import Attempt, Delivery, Undelivered

_JSON = "application/json"
_FORM = "application/x-www-form-urlencoded"
_TIMEOUT = ClientTimeout(total=10)
_CHALLENGE = {"type": "url_verification", "token": "not-a-real-token", "challenge": "play-3eZbrw"}


class HttpCarrier:
    """Signed requests to the bot's server."""

    late = "http_timeout"

    def __init__(self, url: str, signing_secret: str) -> None:
        self._url = url
        self._secret = signing_secret
        self._session = ClientSession(timeout=_TIMEOUT)

    async def close(self) -> None:
        await self._session.close()

    async def verify_url(self) -> bool:
        """Send the challenge that Slack sends when the URL is entered."""
        text = await self._send(json.dumps(_CHALLENGE), _JSON, Attempt())
        expected = _CHALLENGE["challenge"]
        return _answer(text) in ({"text": expected}, {"challenge": expected})

    async def carry(self, delivery: Delivery, attempt: Attempt) -> Json | None:
        match delivery.kind:
            case "events_api":
                text = await self._send(json.dumps(delivery.payload), _JSON, attempt)
            case "slash_commands":
                text = await self._send(urlencode(delivery.payload), _FORM, attempt)
            case "interactive" | "options":
                form = urlencode({"payload": json.dumps(delivery.payload)})
                text = await self._send(form, _FORM, attempt)
        return _answer(text)

    async def _send(self, body: str, content_type: str, attempt: Attempt) -> str:
        headers = sign(body, self._secret, int(time.time())) | {"Content-Type": content_type}
        if attempt.number:
            headers |= {
                "X-Slack-Retry-Num": str(attempt.number),
                "X-Slack-Retry-Reason": attempt.reason,
            }
        try:
            async with self._session.post(self._url, data=body.encode(), headers=headers) as answer:
                if not answer.ok:
                    final = answer.headers.get("X-Slack-No-Retry") == "1"
                    raise Undelivered("http_error", final=final)
                return await answer.text()
        except TimeoutError:
            raise Undelivered(self.late) from None
        except (ClientError, UnicodeDecodeError):
            raise Undelivered("connection_failed") from None


def sign(body: str | bytes, secret: str, timestamp: int) -> dict[str, str]:
    """Return the headers that authenticate a request as Slack's."""
    text = b"v0:%d:%s" % (timestamp, body if isinstance(body, bytes) else body.encode())
    digest = hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": str(timestamp), "X-Slack-Signature": f"v0={digest}"}


def _answer(text: str) -> Json | None:
    """Return the bot's answer: a JSON object, or text; None for anything else."""
    if not text:
        return None
    try:
        answer: Any = json.loads(text)
    except ValueError:
        return {"text": text}
    return answer if isinstance(answer, dict) else None
