"""Content in Redis, encrypted with AES-256-GCM where the operator has given keys.

A value reads ``~1.KEY.DATA``: the version, the first eight digits of the key's SHA-256, and the
nonce with the ciphertext in URL-safe base64. It is bound to what it is about (a kind and a thread
or conversation): moved to another place in Redis, it cannot be read. What scripts have to see of a
message stays readable beside it. Values without this form were written before there were keys, and
are read as they are.
"""

import json
import logging
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Sequence
from hashlib import sha256
from secrets import token_bytes
from typing import TYPE_CHECKING, TypeVar

from bot.adapters.redis import codec

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

T = TypeVar("T")

_log = logging.getLogger(__name__)

_NONCE = 12  # bytes, as NIST SP 800-38D recommends; random, for at most 2^32 values a key
_ENCRYPTED = re.compile(r"~1\.(?P<key>[0-9a-f]{8})\.(?P<data>[\w-]+={0,2})")
_FIELD = "encrypted"
_CLEAR = ("ts", "author", "steer", "verdict", "about")  # read by scripts; none is content


class Cipher:
    """Encrypts with the first of *keys* and reads what any of them wrote; without keys, neither."""

    def __init__(self, keys: Sequence[bytes] = ()) -> None:
        self._ciphers = {key_id(key): _cipher(key) for key in keys}

    @property
    def current(self) -> str:
        """The id of the key that encrypts; empty if there is none."""
        return next(iter(self._ciphers), "")

    def encrypt(self, text: str, about: str) -> str:
        """Return *text* so that only ``decrypt`` with the same *about* can read it."""
        if not self._ciphers:
            return text
        nonce = token_bytes(_NONCE)
        data = nonce + self._ciphers[self.current].encrypt(nonce, text.encode(), about.encode())
        return f"~1.{self.current}.{urlsafe_b64encode(data).decode()}"

    def encrypt_object(self, text: str, about: str) -> str:
        """Return the JSON object *text* with its ids and times still readable, for scripts."""
        if not self._ciphers:
            return text
        fields = json.loads(text)
        clear = {name: fields[name] for name in _CLEAR if name in fields}
        return json.dumps(clear | {_FIELD: self.encrypt(text, about)}, separators=(",", ":"))

    def encrypt_entry(self, entry: str, about: str) -> str:
        """Return the *entry* of a list with its token, which scripts compare, still readable."""
        token, _, text = entry.partition(" ")
        return f"{token} {self.encrypt(text, about)}"

    def decrypt_entry(self, entry: str, about: str) -> str:
        """Return what ``encrypt_entry`` was given. Raises Unreadable."""
        token, _, text = entry.partition(" ")
        return f"{token} {self.decrypt(text, about)}"

    def load(self, kind: type[T], text: str, about: str, event: str) -> T | None:
        """Return the *kind* that *text* says; None, and *event* in the log, if it cannot be read.

        Then it was written by a newer version, or with another key.
        """
        try:
            return codec.load(kind, self.decrypt(text, about))
        except codec.Unreadable as error:
            _log.warning(event, extra={"reason": str(error)})
            return None

    def decrypt(self, text: str, about: str) -> str:
        """Return what was encrypted: a text, a JSON object or a list of such. Raises Unreadable."""
        if match := _ENCRYPTED.fullmatch(text):
            return self._decrypt(match["key"], match["data"], about)
        if f'"{_FIELD}":"~1.' not in text:
            return text
        try:
            parsed = json.loads(text)
        except (ValueError, RecursionError):
            return text  # the codec says what is wrong
        if isinstance(parsed, list):
            return f"[{','.join(self._object(one, about) for one in parsed)}]"
        return self._object(parsed, about)

    def is_current(self, text: str) -> bool:
        """Whether all of *text* is as ``encrypt`` or ``encrypt_object`` would write it now."""
        if match := _ENCRYPTED.fullmatch(text):
            return match["key"] == self.current
        try:
            parsed = json.loads(text)
        except (ValueError, RecursionError):
            return not self._ciphers
        objects = parsed if isinstance(parsed, list) else [parsed]
        matches = map(_encrypted_in, objects)
        return all((match["key"] if match else "") == self.current for match in matches)

    def _object(self, parsed: object, about: str) -> str:
        if match := _encrypted_in(parsed):
            return self._decrypt(match["key"], match["data"], about)
        return json.dumps(parsed, separators=(",", ":"))

    def _decrypt(self, key: str, data: str, about: str) -> str:
        if key not in self._ciphers:
            raise codec.Unreadable(
                f"encrypted with the key {key}, which is not in PANELBOT_ENCRYPTION_KEYS"
            )
        from cryptography.exceptions import InvalidTag

        try:
            decoded = urlsafe_b64decode(data)
            text = self._ciphers[key].decrypt(decoded[:_NONCE], decoded[_NONCE:], about.encode())
        except (InvalidTag, NotBase64, ValueError):
            raise codec.Unreadable(
                f"damaged or moved, though encrypted with the key {key}"
            ) from None
        return text.decode()


def _cipher(key: bytes) -> "AESGCM":
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # 8 MB: only where it is used

    return AESGCM(key)


def _encrypted_in(parsed: object) -> re.Match[str] | None:
    value = parsed.get(_FIELD) if isinstance(parsed, dict) else None
    return _ENCRYPTED.fullmatch(value) if isinstance(value, str) else None


CLEAR = Cipher()  # leaves everything as it is


def key_id(key: bytes) -> str:
    """Return what a key is called in values and reports; it does not tell the key."""
    return sha256(b"panelbot encryption key " + key).hexdigest()[:8]
