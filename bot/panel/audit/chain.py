"""The chain of the audit log: each record's hash covers the one before, with a key.

Who can write to the store, but has none of the installation's secrets, cannot change, insert, move
or remove a record without its being found. What is cut off at the end is found by the head, which
counts; an older state of the whole store only by a head that somebody has noted elsewhere.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.panel.audit.entry import Act, Entry, canonical

_DOMAIN = b"panelbot audit log v1"


@dataclass(frozen=True, slots=True)
class Head:
    """How long the chain is, and the hash of its last record."""

    number: int = 0
    hash: str = ""

    def __str__(self) -> str:
        return f"{self.number}:{self.hash}"


@dataclass(frozen=True, slots=True)
class Record:
    """An entry as it is stored: canonical JSON, and its hash."""

    text: str
    hash: str

    def fields(self) -> dict[str, object]:
        """Return what it says; nothing if it is no JSON object."""
        try:
            fields = json.loads(self.text)
        except (ValueError, RecursionError):
            return {}
        return fields if isinstance(fields, dict) else {}


class Chain:
    """Seals with the first secret; verifies with all of them, so that secrets can be rotated."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self._keys = [hmac.digest(secret.encode(), _DOMAIN, "sha256") for secret in secrets]

    def next(self, head: Head, entry: Entry, at: float) -> tuple[Record, Head]:
        """Return the record of *entry*, made *at* that time, and the head that it makes."""
        fields = {
            **entry.as_json(),
            "number": head.number + 1,
            "at": round(at * 1000),
            "previous": head.hash,
        }
        text = canonical(fields)
        record = Record(text, _seal(self._keys[0], text))
        return record, Head(head.number + 1, record.hash)

    def problems(
        self, records: Iterable[Record], head: Head, noted: Sequence[Head] = ()
    ) -> Iterator[str]:
        """Yield what is wrong with *records* up to *head*; *noted* are heads that it had before."""
        before, first, trimmed = None, None, Head()
        left = {one.number: one.hash for one in noted}
        for record in records:
            fields = record.fields()
            number = fields.get("number")
            at = Head(number if isinstance(number, int) else 0, record.hash)
            if not any(_matches(key, record) for key in self._keys):
                yield f"Record {at.number} was changed, or sealed with a secret that is not given."
            if before is None:
                first = Head(at.number, str(fields.get("previous")))
            elif at.number != before.number + 1 or fields.get("previous") != before.hash:
                yield f"Record {at.number} does not follow upon record {before.number}."
            if fields.get("act") == Act.TRIMMED:
                trimmed = _trimmed_to(fields)
            if left.pop(at.number, at.hash) != at.hash:
                yield f"Record {at.number} is not the one that was noted."
            before = at
        yield from _wrong_ends(first, before or Head(), trimmed, head)
        for number in left:
            if first is None or number > head.number:
                yield f"Record {number}, which was noted, is missing."


def _wrong_ends(first: Head | None, last: Head, trimmed: Head, head: Head) -> Iterator[str]:
    if last != head:
        yield f"The log ends with record {last.number}, but should with record {head.number}."
    if first is None or first.number == 1:
        return
    begins = first.number - 1  # the last that is gone
    if begins > trimmed.number or (begins == trimmed.number and first.hash != trimmed.hash):
        yield f"What was before record {first.number} is missing, and nothing says that it may."


def _trimmed_to(fields: dict[str, object]) -> Head:
    details = fields.get("details")
    number, _, hash_ = str(details.get("head", "") if isinstance(details, dict) else "").partition(
        ":"
    )
    return Head(int(number) if number.isdecimal() else 0, hash_)


def _seal(key: bytes, text: str) -> str:
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _matches(key: bytes, record: Record) -> bool:
    return hmac.compare_digest(_seal(key, record.text).encode(), record.hash.encode())
