"""Reading what a server sent, field by field, whatever it is.

The client checks nothing of what it reads: any field may be missing, null or of another type. All
of that counts as absent here. What should be there is logged once for each answer, by the name of
the field and what it is instead, never with its content.
"""

import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping, Sequence

from pydantic import BaseModel

from bot.characters import whole
from bot.panel.errors import ModelUnavailable

log = logging.getLogger(__name__)

_OBJECTS = (dict, Mapping)  # nearly all are dicts, and whether something is one is soon known


class Sent:
    """An object that a server sent as *where*; *noted* has the odd fields that are logged."""

    __slots__ = ("_noted", "_raw", "_where")

    def __init__(self, raw: object, where: str, noted: set[str] | None = None) -> None:
        self._raw = raw
        self._where = where
        self._noted = set() if noted is None else noted

    def __bool__(self) -> bool:
        """Whether it is an object at all."""
        return isinstance(self._raw, (dict, Mapping, BaseModel))

    @property
    def whole(self) -> object:
        return self._raw

    def raw(self, name: str) -> object:
        """Return a field as it is; None if it is missing."""
        if isinstance(self._raw, _OBJECTS):
            return self._raw.get(name)
        return getattr(self._raw, name, None) if isinstance(self._raw, BaseModel) else None

    def text(self, name: str) -> str:
        """Return a text that has to be there."""
        if self.raw(name) is None:
            self._note(name, None)
        return self.optional_text(name)

    def piece(self, name: str) -> str:
        """Return a piece of a text, which may begin or end with half a character."""
        value = self.raw(name)
        return value if isinstance(value, str) else self.text(name)

    def needed_text(self, name: str) -> str:
        """Return a text without which nothing can be done. Raises ModelUnavailable."""
        if not (text := self.text(name)):
            raise ModelUnavailable(f"the server's {self._where} has no {name}")
        return text

    def optional_text(self, name: str) -> str:
        """Return a text that may be absent. A number counts as a text, as ids may be numbers."""
        match value := self.raw(name):
            case str():
                return whole(value)
            case int() if not isinstance(value, bool):
                return str(value)
            case None:
                return ""
            case _:
                self._note(name, value)
                return ""

    def number(self, *names: str) -> int:
        """Return the first of some fields, which servers name differently; 0 if there is none."""
        for name in names:
            match value := self.raw(name):
                case int() | float() if not isinstance(value, bool) and 0 <= value < 2**53:
                    return int(value)
                case None:
                    continue
                case _:
                    self._note(name, value)
        return 0

    def part(self, *names: str) -> "Sent":
        """Return the first of some fields that is an object; an empty one if there is none."""
        for name in names:
            if found := Sent(self.raw(name), f"{self._where}.{name}", self._noted):
                return found
            self._note_unless_absent(name)
        return Sent(None, f"{self._where}.{names[0]}", self._noted)

    def parts(self, name: str) -> Sequence["Sent"]:
        """Return the objects of a list; what is none is left out."""
        value = self.raw(name)
        if not isinstance(value, list | tuple):
            self._note_unless_absent(name)
            return ()
        return self.children(name, value)

    def children(self, name: str, values: Iterable[object]) -> Sequence["Sent"]:
        """Return the objects among *values*, as if they were those of a list."""
        return sent_all(values, f"{self._where}.{name}", self._noted)

    def texts(self, name: str) -> Mapping[str, str]:
        """Return an object of texts, such as metadata; what is no text is left out."""
        value = self.raw(name)
        if not isinstance(value, Mapping):
            self._note_unless_absent(name)
            return {}
        return {key: whole(text) for key, text in value.items() if isinstance(text, str)}

    def _note_unless_absent(self, name: str) -> None:
        if (value := self.raw(name)) is not None:
            self._note(name, value)

    def _note(self, name: str, value: object) -> None:
        field = f"{self._where}.{name}"
        if field not in self._noted:
            self._noted.add(field)
            kind = "missing or null" if value is None else type(value).__name__
            log.warning("answer.odd_field", extra={"field": field, "is": kind})


def sent_all(values: Iterable[object], where: str, noted: set[str] | None = None) -> list[Sent]:
    """Return the objects among *values*, which a server sent as *where*."""
    noted = set() if noted is None else noted
    found = [v if isinstance(v, Sent) else Sent(v, where, noted) for v in values]
    return [sent for sent in found if sent]


async def pages(page: Callable[..., Awaitable[object]]) -> AsyncGenerator[Sequence[Sent], None]:
    """Yield all objects of a listing, a *page* at a time."""
    after: dict[str, str] = {}
    while True:
        answer = Sent(await page(**after), "page")
        items = answer.parts("data")
        last = answer.optional_text("last_id") or (items[-1].text("id") if items else "")
        if last and last == after.get("after"):  # some servers list the same for ever
            return
        yield items
        if answer.raw("has_more") is False or not last:
            return
        after = {"after": last}
