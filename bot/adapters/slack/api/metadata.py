"""The signed stamp in the metadata of the bot's own Slack messages.

Every message names its turn and its router conversation. So a thread's link can be rebuilt from
Slack alone, and a reply that was posted already is recognized. Anyone in a workspace can read
message metadata, so it has opaque ids only. Any app can write it, so it is signed together with
the message's thread: a copy in another thread is invalid.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.panel.model import CallId

EVENT_TYPE = "panelbot_message"
MAX_BYTES = 2_000  # Slack documents no limit

_DOMAIN = "panelbot message stamp v1"
_SEAL_DOMAIN = "panelbot seal v1"
SEAL_LENGTH = 16  # characters: 96 bits, which can only be guessed at by asking us


@dataclass(frozen=True, slots=True)
class MessageStamp:
    """Identifies a message of a turn: `part` is "plan", "reply:<call id>:0", …"""

    turn: str
    part: str
    expert: str | None
    router: str


def call_of(part: str) -> CallId | None:
    """Return the call that a message answers; None if the router wrote it."""
    kind, _, rest = part.partition(":")
    return CallId(rest.rpartition(":")[0]) if kind == "reply" else None


class StampSigner:
    """Signs with the first secret and accepts all of them, so that secrets can be rotated."""

    def __init__(self, secrets: Sequence[str]) -> None:
        if not secrets or not all(secrets):
            raise ValueError("message metadata needs at least one secret, none of them empty")
        self._keys = [secret.encode() for secret in secrets]

    def metadata(
        self, stamp: MessageStamp, *, team: str, channel: str, thread_ts: str
    ) -> dict[str, object]:
        """Return the `metadata` argument of `chat.postMessage`."""
        encoded = _encoded(stamp, (team, channel, thread_ts))
        payload = {**_payload(stamp), "signature": _signature(self._keys[0], encoded)}
        metadata: dict[str, object] = {"event_type": EVENT_TYPE, "event_payload": payload}
        if len(json.dumps(metadata)) > MAX_BYTES:
            raise ValueError(f"message metadata may have {MAX_BYTES} bytes, this one is longer")
        return metadata

    def read(
        self, message: Mapping[str, object], *, team: str, channel: str, thread_ts: str
    ) -> MessageStamp | None:
        """Return the stamp of *message* if it is valid in this thread, else None."""
        payload = _own_payload(message)
        stamp = _stamp(payload)
        signature = payload.get("signature")
        if stamp is None or not isinstance(signature, str):
            return None
        encoded = _encoded(stamp, (team, channel, thread_ts))
        received = signature.encode(errors="replace")
        matches = [
            hmac.compare_digest(_signature(key, encoded).encode(), received) for key in self._keys
        ]
        return stamp if any(matches) else None

    def seal(self, *fields: str) -> str:
        """Return a short signature of *fields*, for what Slack brings back to us."""
        return _seal(self._keys[0], fields)

    def has_sealed(self, seal: str, *fields: str) -> bool:
        """Whether *seal* is such a signature of *fields*, by any of the secrets."""
        received = seal.encode(errors="replace")
        matches = [hmac.compare_digest(_seal(key, fields).encode(), received) for key in self._keys]
        return any(matches)


def _payload(stamp: MessageStamp) -> dict[str, str]:
    payload = {"turn": stamp.turn, "part": stamp.part, "router": stamp.router}
    return payload if stamp.expert is None else {**payload, "expert": stamp.expert}


def _encoded(stamp: MessageStamp, place: tuple[str, str, str]) -> bytes:
    """Return what is signed: as a JSON list, so that no two stamps are encoded alike."""
    fields = [_DOMAIN, *place, stamp.turn, stamp.part, stamp.expert, stamp.router]
    return json.dumps(fields).encode()


def _signature(key: bytes, encoded: bytes) -> str:
    return hmac.new(key, encoded, hashlib.sha256).hexdigest()


def _seal(key: bytes, fields: Sequence[str]) -> str:
    encoded = json.dumps([_SEAL_DOMAIN, *fields]).encode()
    digest = hmac.new(key, encoded, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode()[:SEAL_LENGTH]


def has_stamp(message: Mapping[str, object]) -> bool:
    """Whether *message* looks like one of ours, of this installation or another."""
    return bool(_own_payload(message))


def claimed_router(message: Mapping[str, object]) -> str:
    """Return the router's conversation that *message* names; nothing says that it is true."""
    stamp = _stamp(_own_payload(message))
    return stamp.router if stamp else ""


def _own_payload(message: Mapping[str, object]) -> Mapping[str, object]:
    metadata = message.get("metadata")
    if not isinstance(metadata, Mapping) or metadata.get("event_type") != EVENT_TYPE:
        return {}
    payload = metadata.get("event_payload")
    return payload if isinstance(payload, Mapping) else {}


def _stamp(payload: Mapping[str, object]) -> MessageStamp | None:
    turn, part, router = (payload.get(name) for name in ("turn", "part", "router"))
    expert = payload.get("expert")
    if not (isinstance(turn, str) and isinstance(part, str) and isinstance(router, str)):
        return None
    if not (expert is None or isinstance(expert, str)):
        return None
    return MessageStamp(turn, part, expert, router)
