"""Channels by the first id that they had: at this border ids are exchanged, both ways."""

import asyncio
import logging
import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

from bot import runtime
from bot.json_types import Json
from bot.panel.errors import StoreUnavailable
from bot.panel.messaging.channel_moves import ChannelMove, ChannelMoves, ChannelMoveStore

log = logging.getLogger(__name__)

EVENT = "channel_id_changed"
_ID = re.compile(r"[CG][A-Z0-9]{2,50}", re.ASCII)
_FIELDS = frozenset({"channel", "channel_id"})
_OBJECTS = frozenset({"container", "event", "item", "assistant_thread", "channel"})
_AGE = 30.0  # seconds after which the moves are read again, before something is sent
_MOST_SEEN = 10_000


class Channels:
    """The ids of a workspace's channels. Without a *store*, none has ever changed."""

    def __init__(self, store: ChannelMoveStore | None = None, team_id: str = "") -> None:
        self._store = store
        self._team_id = team_id
        self._moves = ChannelMoves()
        self.known = 0  # moves
        self._read_at = float("-inf")
        self._reading: asyncio.Task[None] | None = None  # about to begin
        self._seen: set[str] = set()  # in payloads

    def first(self, channel: str) -> str:
        """Return the id under which *channel* is stored, as far as was read."""
        return self._moves.first(channel)

    def current(self, channel: str) -> str:
        """Return the id by which Slack knows *channel*, as far as was read."""
        return self._moves.current(channel)

    def others(self, channel: str) -> Collection[str]:
        """Return all ids that *channel* has had, as far as was read."""
        return self._moves.group(channel)

    async def read(self) -> None:
        """Read the moves; without the store, those that were read last count on."""
        if self._store is None:
            return
        if self._reading is None:
            self._reading = asyncio.create_task(self._read(self._store))
        await asyncio.shield(self._reading)

    async def _read(self, store: ChannelMoveStore) -> None:
        self._reading = None  # it counts for whoever has asked before it began
        try:
            moves = await store.of_team(self._team_id)
            if len(moves) >= self.known:  # else a later answer came first: they become only more
                self._moves, self.known = ChannelMoves(moves), len(moves)
            self._read_at = runtime.monotonic()
        except StoreUnavailable as error:
            log.warning("channels.not_read", extra={"reason": str(error)})

    async def outgoing(self, args: Mapping[str, Any], *, anew: bool = False) -> Json:
        """Return the arguments of a call with the current ids of channels."""
        if anew or self._is_old():
            await self.read()
        return _exchanged(args, self.current) if self._moves else dict(args)

    async def incoming(self, body: Json, *, anew: bool = True) -> Json:
        """Return a payload with the first ids of channels.

        Unless *anew*, moves that were read just now will do: a new id comes with a channel that
        was never seen.
        """
        unseen = _ids(body) - self._seen
        if anew or unseen or self._is_old():
            await self.read()
        self._seen = (self._seen if len(self._seen) < _MOST_SEEN else set()) | unseen
        return _exchanged(body, self.first) if self._moves else body

    async def note(self, move: ChannelMove) -> None:
        """Note a change that is certain. Raises StoreUnavailable."""
        if self._store:
            await self._store.note(self._team_id, move)
            log.info("channel.moved", extra={"old": move.old, "new": move.new})

    def _is_old(self) -> bool:
        return runtime.monotonic() - self._read_at > _AGE


def move_in(event: Mapping[str, Any]) -> ChannelMove | None:
    """Return the move that an event tells of; None if it makes no sense."""
    old, new, at = (event.get(name) for name in ("old_channel_id", "new_channel_id", "event_ts"))
    are_ids = all(isinstance(one, str) and _ID.fullmatch(one) for one in (old, new))
    if not are_ids or old == new or not isinstance(at, str):
        return None
    return ChannelMove(str(old), str(new), float(at))


def _ids(body: Json) -> set[str]:
    ids: set[str] = set()

    def collect(channel: str) -> str:
        ids.add(channel)
        return channel

    _exchanged(body, collect)
    return ids


def _exchanged(fields: Mapping[str, Any], exchange: Callable[[str], str]) -> Json:
    """Return *fields* with other ids of channels, also in the objects that have any."""
    return {
        name: exchange(value)
        if name in _FIELDS and isinstance(value, str)
        else _exchanged({**value, **_own_id(name, value, exchange)}, exchange)
        if name in _OBJECTS and isinstance(value, dict)
        else value
        for name, value in fields.items()
    }


def _own_id(name: str, value: Json, exchange: Callable[[str], str]) -> Json:
    is_channel = name == "channel" and isinstance(value.get("id"), str)
    return {"id": exchange(value["id"])} if is_channel else {}
