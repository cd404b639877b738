"""The nodes of all YAML files: every fault names the file, line, column and field.

``panel.yaml:12:5: defaults > remove should be a list``: editors and terminals make a link of it.
Every scalar is text, whatever it looks like: ``no``, ``1.10`` and ``2027-01-01`` stay as written.

All faults of a file are told at once. Whoever reads a value raises the first that it meets;
``read``, ``each`` and ``fields`` note it and go on, and ``whole`` raises what was noted.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import yaml

from bot.characters import visible
from bot.characters import whole as whole_characters
from bot.panel.errors import Refused
from bot.panel.names import did_you_mean, nearest

T = TypeVar("T")
D = TypeVar("D")

_NO_VALUE = ("", "~", "null")
_TAGS = frozenset(f"tag:yaml.org,2002:{kind}" for kind in ("str", "seq", "map"))  # by default
_LONGEST_NAME = 40
_MOST_FAULTS = 50  # that are told of one file


class Fault(Refused):
    """What is wrong at a place of a file, whose line and column are counted from 0."""

    def __init__(self, file: str, line: int, column: int, problem: str) -> None:
        super().__init__(f"{file}:{line + 1}:{column + 1}: {visible(problem)}")
        self.place = (line, column)


class Fields(dict[str, "YamlNode"]):
    """The fields of a mapping."""

    def read(self, name: str, reader: Callable[["YamlNode"], T], default: D) -> T | D:
        """Return what *reader* makes of the field; *default* without it, or if it is at fault."""
        return self[name].read(reader, default) if name in self else default

    def read_all(self, reader: Callable[["YamlNode"], T]) -> dict[str, T]:
        """Return what *reader* makes of each field, but for those at fault."""
        results = {name: node.read(reader, None) for name, node in self.items()}
        return {name: result for name, result in results.items() if result is not None}


@dataclass(frozen=True, slots=True)
class YamlNode:
    """A value in *file*; *path* names the fields that lead to it."""

    raw: yaml.Node
    file: str
    path: tuple[str, ...] = ()
    faults: list[Fault] = field(default_factory=list, repr=False)  # of the whole file

    def whole(self, reader: Callable[["YamlNode"], T]) -> T:
        """Return what *reader* makes of the file. Raises Refused with all faults, a line each."""
        result = self.read(reader, None)
        if result is not None and not self.faults:
            return result
        in_order = sorted(self.faults, key=lambda fault: fault.place)
        told = list(dict.fromkeys(map(str, in_order)))  # aliases have theirs several times
        if (more := len(told) - _MOST_FAULTS) > 0:
            told[_MOST_FAULTS:] = [f"{self.file}: and {more} more"]
        raise Refused("\n".join(told))

    def read(self, reader: Callable[["YamlNode"], T], default: D) -> T | D:
        """Return what *reader* makes of this; *default* if it is at fault, which is noted."""
        try:
            return reader(self)
        except Fault as fault:
            self.faults.append(fault)
            return default

    def each(self, reader: Callable[["YamlNode"], T]) -> list[T]:
        """Return what *reader* makes of each element of a list, but for those at fault."""
        results = [item.read(reader, None) for item in self.items()]
        return [result for result in results if result is not None]

    def fields(self, known: Sequence[str] | None = None, *, required: Sequence[str] = ()) -> Fields:
        """Return the *known* fields of a mapping; notes doubled, unknown and missing ones."""
        self._check_tag()
        if not isinstance(self.raw, yaml.MappingNode):
            raise self.error("should be fields with values, each written as `name: value`")
        values = Fields()
        meant: list[str] = []
        for raw_key, raw_value in self.raw.value:
            name_node = self._at(raw_key, (*self.path, "the name of a field"))
            if not (name := name_node.read(YamlNode.text, "")):
                continue
            key = self._at(raw_key, (*self.path, name))
            if name in values:
                key.note(f"appears twice, first in line {values[name].place[0] + 1}")
            elif known is not None and name not in known:
                meant += nearest(name, known, most=1)
                hint = did_you_mean(name, known) or f" The fields are {', '.join(known)}."
                key.note(f"is not a field here.{hint}")
            else:
                values[name] = self._at(raw_value, key.path)
        for name in required:
            if name not in values and name not in meant:
                self.note(f"lacks {name}")
        return values

    def values(self) -> Sequence["YamlNode"]:
        """Return the values of all fields, if it has any, whatever is wrong with them."""
        pairs = self.raw.value if isinstance(self.raw, yaml.MappingNode) else ()
        return [self._at(value, (*self.path, str(key.value))) for key, value in pairs]

    def find(self, name: str) -> "YamlNode | None":
        """Return the value of a field, if there is one, whatever is wrong with others."""
        return next((value for value in self.values() if value.path[-1] == name), None)

    @property
    def place(self) -> tuple[int, int]:
        """Its line and column, counted from 0."""
        return self.raw.start_mark.line, self.raw.start_mark.column

    @property
    def is_list(self) -> bool:
        return isinstance(self.raw, yaml.SequenceNode)

    @property
    def is_text(self) -> bool:
        return isinstance(self.raw, yaml.ScalarNode)

    def items(self) -> Sequence["YamlNode"]:
        self._check_tag()
        if not self.is_list:
            raise self.error("should be a list, such as [one, another]")
        return [self._at(raw, self.path) for raw in self.raw.value]

    def text(self) -> str:
        self._check_tag()
        if not isinstance(self.raw, yaml.ScalarNode):
            kind = "a list" if self.is_list else "fields"
            raise self.error(f"should be a single value, and not {kind}")
        if self.raw.style is None and self.raw.value in _NO_VALUE:
            raise self.error("has no value")
        return whole_characters(str(self.raw.value))

    def one_of(self, words: Iterable[str]) -> str:
        """Return the text of a scalar, which has to be one of *words*."""
        text, words = self.text(), tuple(words)
        if text not in words:
            hint = did_you_mean(text, words, most=1)
            raise self.error(f"is “{text[:40]}”, but should be one of {', '.join(words)}.{hint}")
        return text

    def named(self, name: str) -> "YamlNode":
        """Return the same node with *name* added to its path."""
        return self._at(self.raw, (*self.path, name))

    def known_by(self, field: str, default: str) -> "YamlNode":
        """Return the same node named by the text of its *field*, if it has such a one."""
        node = self.find(field)
        return self.named(
            node.raw.value[:_LONGEST_NAME] if node and node.is_text and node.raw.value else default
        )

    def note(self, problem: str) -> None:
        """Note a *problem* of this node, and go on."""
        self.faults.append(self.error(problem))

    def error(self, problem: str) -> Fault:
        """Return the error that says where this node is, and its *problem*."""
        subject = " > ".join(self.path) or "the file"
        return Fault(self.file, *self.place, f"{subject} {problem}")

    def noted(self) -> Fault | None:
        """Return what has been noted of this node, if anything has."""
        return next((fault for fault in self.faults if fault.place == self.place), None)

    def _at(self, raw: yaml.Node, path: tuple[str, ...]) -> "YamlNode":
        return YamlNode(raw, self.file, path, self.faults)

    def _check_tag(self) -> None:
        if self.raw.tag not in _TAGS:
            raise self.error("has a tag (!); write the value without it")
