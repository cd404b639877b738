"""Records that are kept, and that workers of several versions read and write."""

from dataclasses import dataclass, field
from typing import NewType

from bot.json_types import Json

UnknownFields = NewType("UnknownFields", Json)  # of a record, by name


def _no_fields() -> UnknownFields:
    return UnknownFields({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A record that is read and written back, also by an older version than wrote it first.

    *unknown* are the fields that it did not know: it passes them on.
    """

    unknown: UnknownFields = field(default_factory=_no_fields, repr=False, compare=False)
