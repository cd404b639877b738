"""The reader of all YAML files: every error names the file, line, column and field.

``panel.yaml:12:5: defaults > remove should be a list``: editors and terminals make a link of it.
Every scalar is text, whatever it looks like: ``no``, ``1.10`` and ``2027-01-01`` stay as written.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import yaml

from bot.characters import whole
from bot.panel.errors import Refused
from bot.panel.names import did_you_mean
from bot.settings.files import place, text_of

_NO_VALUE = ("", "~", "null")
_TAGS = frozenset(f"tag:yaml.org,2002:{kind}" for kind in ("str", "seq", "map"))  # by default


@dataclass(frozen=True, slots=True)
class YamlNode:
    """A value in *file*; *path* names the fields that lead to it."""

    raw: yaml.Node
    file: str
    path: tuple[str, ...] = ()

    def fields(
        self, known: Sequence[str] | None = None, *, required: Sequence[str] = ()
    ) -> Mapping[str, "YamlNode"]:
        """Return the fields of a mapping, none of them twice.

        Raises Refused if one of *required* is missing, or one is not *known*.
        """
        self._check_tag()
        if not isinstance(self.raw, yaml.MappingNode):
            raise self.error("should be fields with values, each written as `name: value`")
        values: dict[str, YamlNode] = {}
        for raw_key, raw_value in self.raw.value:
            name = YamlNode(raw_key, self.file, (*self.path, "the name of a field")).text()
            key = YamlNode(raw_key, self.file, (*self.path, name))
            if name in values:
                raise key.error("appears twice")
            if known is not None and name not in known:
                hint = did_you_mean(name, known) or f" The fields are {', '.join(known)}."
                raise key.error(f"is not a field here.{hint}")
            values[name] = YamlNode(raw_value, self.file, key.path)
        for name in required:
            if name not in values:
                raise self.error(f"lacks {name}")
        return values

    @property
    def is_list(self) -> bool:
        """Whether it is a list."""
        return isinstance(self.raw, yaml.SequenceNode)

    def items(self) -> Sequence["YamlNode"]:
        """Return the elements of a list."""
        self._check_tag()
        if not self.is_list:
            raise self.error("should be a list")
        return [YamlNode(raw, self.file, self.path) for raw in self.raw.value]

    def text(self) -> str:
        """Return the text of a scalar."""
        self._check_tag()
        if not isinstance(self.raw, yaml.ScalarNode):
            raise self.error("should be a single value")
        if self.raw.style is None and self.raw.value in _NO_VALUE:
            raise self.error("has no value")
        return whole(str(self.raw.value))

    def one_of(self, words: Iterable[str]) -> str:
        """Return the text of a scalar, which has to be one of *words*."""
        text, words = self.text(), tuple(words)
        if text not in words:
            raise self.error(f"is “{text[:40]}”, but should be one of {', '.join(words)}")
        return text

    def named(self, name: str) -> "YamlNode":
        """Return the same node with *name* added to its path."""
        return YamlNode(self.raw, self.file, (*self.path, name))

    def _check_tag(self) -> None:
        if self.raw.tag not in _TAGS:
            raise self.error("has a tag (!); write the value without it")

    def error(self, problem: str) -> Refused:
        """Return the error that says where this node is, and its *problem*."""
        mark = self.raw.start_mark
        subject = " > ".join(self.path) or "the file"
        return _error(self.file, mark.line, mark.column, f"{subject} {problem}")


def load(path: str, *, setting: str = "") -> YamlNode:
    """Return the content of the file at *path*, which *setting* may name. Raises Refused."""
    file = f"{setting} {path}" if setting else path
    return parse(text_of(path, file), file)


def parse(text: str, file: str) -> YamlNode:
    """Return the content of a YAML *text*; errors call it *file*. Raises Refused."""
    try:
        loader = yaml.BaseLoader(text)
    except yaml.reader.ReaderError as error:
        problem = f"the file is not YAML text: {error.reason}"
        raise _error(file, *place(text[: error.position]), problem) from error
    try:
        root = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark or loader.get_mark()
        problem = f"the file is not YAML: {error.problem or error.context}"
        raise _error(file, mark.line, mark.column, problem) from error
    except RecursionError as error:
        mark = loader.get_mark()
        problem = "lists and fields are nested too deeply here; close brackets that are open"
        raise _error(file, mark.line, mark.column, problem) from error
    except (ValueError, OverflowError) as error:  # raised by PyYAML for "\UFFFFFFFF"
        mark = loader.get_mark()
        raise _error(file, mark.line, mark.column, "no character has this number") from error
    if root is None:
        raise Refused(f"{file} is empty")
    return YamlNode(root, file)


def _error(file: str, line: int, column: int, problem: str) -> Refused:
    return Refused(f"{file}:{line + 1}:{column + 1}: {problem}")
