"""Encrypting everything that Redis holds with the newest key, while the bot works.

A value that changes meanwhile is left: whoever changed it has written it with that key, if all
processes have the same settings.
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.adapters.redis import codec
from bot.adapters.redis.connection.scripting import Connection, Script
from bot.adapters.redis.encryption import Cipher
from bot.adapters.redis.queue.approval_store import approvals_in
from bot.adapters.redis.queue.claiming import messages_in
from bot.adapters.redis.queue.journal import entries_of
from bot.adapters.redis.queue.outbox import states_of
from bot.adapters.redis.stores.conversation_store import items_of, summary_of
from bot.adapters.redis.stores.correction_store import corrections_in
from bot.adapters.redis.stores.feedback_store import opinions_in
from bot.adapters.redis.stores.installation_store import TOKENS, token_in
from bot.adapters.redis.stores.workspace_stores import setting_in

_PAGE = 1000  # keys in one round trip
_AT_ONCE = 100  # values that one script replaces
_KEY = re.compile(
    r"panelbot:\{\d+\}:(?P<kind>inbox|turn|dead|journal|dead-journal|approvals|outbox):(?P<name>.+)"
    r"|panelbot:\{kept:(?P<conversation>[^}]+)\}:(?P<part>items|head)"
    r"|panelbot:\{installations:(?P<app>[^}]+)\}:(?P<at>at):(?P<installation>.+)"
    r"|panelbot:(?P<own>settings):(?P<workspace>.+)"
    r"|panelbot:(?P<of_team>feedback|corrections):(?P<team>[^:]+):.+"
)
_LISTS = frozenset({"inbox", "journal", "dead-journal", "items"})
_SWAP = Script("swap")

_Renew = Callable[[str], str]  # raises Unreadable


@dataclass(slots=True)
class Rotated:
    """What has come of it: numbers of values."""

    renewed: int = 0
    kept: int = 0  # were encrypted with the newest key before
    unreadable: int = 0  # with a key that was not given, or damaged


class KeyRotation:
    """Rewrites what *cipher* can read and would now write otherwise."""

    def __init__(self, redis: Connection, cipher: Cipher) -> None:
        self._redis = redis
        self._cipher = cipher
        self.rotated = Rotated()

    async def run(self) -> Rotated:
        """Go through all keys once. Raises StoreUnavailable; doing it again is harmless."""
        async for key in self._redis.scan_iter("panelbot:*", count=_PAGE):
            if match := _KEY.fullmatch(key):
                await self._renew(key, match)
        return self.rotated

    async def _renew(self, key: str, match: re.Match[str]) -> None:
        found = next(filter(None, map(match.group, ("kind", "part", "at", "own", "of_team"))))
        names = ("name", "conversation", "installation", "workspace", "team")
        name = next(filter(None, map(match.group, names)))
        if found.startswith("dead"):
            letter = key.replace(":dead-journal:", ":dead:")
            name = await self._redis.hget(letter, "thread") or name
        swaps: list[str] = []
        for field, text in await self._values(key, found):
            try:
                about = token_in(match["app"], name, field) if match["at"] else ""
                new = self._renewer(found, name, about or setting_in(name, field))(text)
            except codec.Unreadable:
                self.rotated.unreadable += 1
                continue
            if new == text:
                self.rotated.kept += 1
            else:
                swaps += (field, text, new)
        for start in range(0, len(swaps), 3 * _AT_ONCE):
            part = swaps[start : start + 3 * _AT_ONCE]
            self.rotated.renewed += await _SWAP(self._redis, key, *part)

    async def _values(self, key: str, found: str) -> Sequence[tuple[str, str]]:
        """Return the values of *key* that are content, with their fields; those of lists are ""."""
        if found in _LISTS:
            entries = await self._redis.lrange(key, 0, -1)
            return [("", entry) for entry in entries if entry[0] != "@"]
        values: dict[str, str] = await self._redis.hgetall(key)
        match found:
            case "turn" | "dead":
                return [pair for pair in values.items() if pair[0] == "messages"]
            case "head":
                return [pair for pair in values.items() if pair[0] == "summary"]
            case "at":
                return [(field, values[field]) for field in TOKENS if values.get(field)]
            case "approvals":  # a verdict has no content, and is compared as it is
                return [pair for pair in values.items() if pair[0][-1] != "!"]
        return [*values.items()]

    def _renewer(self, found: str, name: str, about: str) -> _Renew:
        match found:
            case "at" | "settings":
                return lambda text: self._text(text, about)
            case "inbox":
                return lambda entry: entry[0] + self._object(entry[1:], messages_in(name))
            case "turn" | "dead":
                return lambda text: self._renewed(text, messages_in(name), self._as_list)
            case "journal" | "dead-journal":
                return lambda entry: self._after_token(entry, entries_of(name))
            case "approvals":
                return lambda text: self._object(text, approvals_in(name))
            case "outbox":
                return lambda text: self._state(text, states_of(name))
            case "items":
                return lambda entry: self._after_token(entry, items_of(name))
            case "head":
                return lambda text: self._text(text, summary_of(name))
            case "corrections":
                return lambda text: self._text(text, corrections_in(name))
        return lambda text: self._text(text, opinions_in(name))

    def _renewed(self, text: str, about: str, encrypt: Callable[[str, str], str]) -> str:
        if self._cipher.is_current(text):
            return text
        return encrypt(self._cipher.decrypt(text, about), about)

    def _text(self, text: str, about: str) -> str:
        return self._renewed(text, about, self._cipher.encrypt)

    def _after_token(self, entry: str, about: str) -> str:
        token, _, text = entry.partition(" ")
        return f"{token} {self._text(text, about)}"

    def _object(self, text: str, about: str) -> str:
        return self._renewed(text, about, self._cipher.encrypt_object)

    def _as_list(self, plain: str, about: str) -> str:
        messages = map(json.dumps, json.loads(plain))
        objects = (self._cipher.encrypt_object(one, about) for one in messages)
        return f"[{','.join(objects)}]"

    def _state(self, text: str, about: str) -> str:
        state = json.loads(text)
        request = self._text(state["request"], about)
        return text if request == state["request"] else json.dumps(state | {"request": request})
