"""YAML of which each value knows where it stands, so that whatever is wrong can be found."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import yaml

from bot.panel.errors import Refused
from bot.panel.names import did_you_mean

_NOTHING = ("", "~", "null")


@dataclass(frozen=True, slots=True)
class Spot:
    """A value in *file*; *path* says of what it is the value."""

    node: yaml.Node
    file: str
    path: tuple[str, ...] = ()

    def entries(self, known: Sequence[str] | None = None) -> Mapping[str, "Spot"]:
        """Return the fields of a mapping; Refused if one is there twice, or is not *known*."""
        if not isinstance(self.node, yaml.MappingNode):
            raise self.wrong("should be fields with values, each written as `name: value`")
        found: dict[str, Spot] = {}
        for key, value in self.node.value:
            name = Spot(key, self.file, self.path).text()
            spot = Spot(key, self.file, (*self.path, name))
            if name in found:
                raise spot.wrong("is there twice")
            if known is not None and name not in known:
                near = did_you_mean(name, known) or f" It is one of {', '.join(known)}."
                raise spot.wrong(f"is no field that belongs here.{near}")
            found[name] = Spot(value, self.file, spot.path)
        return found

    def items(self) -> Sequence["Spot"]:
        """Return the elements of a list."""
        if not isinstance(self.node, yaml.SequenceNode):
            raise self.wrong("should be a list")
        return [Spot(node, self.file, self.path) for node in self.node.value]

    def text(self) -> str:
        """Return what is written there."""
        if not isinstance(self.node, yaml.ScalarNode):
            raise self.wrong("should be a single value")
        if self.node.style is None and self.node.value in _NOTHING:
            raise self.wrong("has no value")
        return str(self.node.value)

    def word(self, words: Iterable[str]) -> str:
        """Return what is written there; Refused if it is none of *words*."""
        written, words = self.text(), tuple(words)
        if written not in words:
            raise self.wrong(f"is “{written[:40]}”, but should be one of {', '.join(words)}")
        return written

    def called(self, name: str) -> "Spot":
        """Return the same spot under another *name*."""
        return Spot(self.node, self.file, (*self.path, name))

    def wrong(self, what: str) -> Refused:
        """Return the error that names the place, and *what* is wrong there."""
        place = f"{self.file}, line {self.node.start_mark.line + 1}"
        return Refused(f"{place}: {' > '.join(self.path) or 'this'} {what}")


def parse(text: str, file: str) -> Spot:
    """Return the whole of a YAML *text*; every scalar in it is text. Raises Refused."""
    try:
        node = yaml.compose(text, Loader=yaml.BaseLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f", line {mark.line + 1}" if mark else ""
        raise Refused(
            f"{file}{line}: this is not YAML: {error.problem or error.context}"
        ) from error
    except yaml.YAMLError as error:
        raise Refused(f"{file}: this is not YAML text") from error
    if node is None:
        raise Refused(f"{file} is empty")
    return Spot(node, file)
