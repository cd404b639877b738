"""The YAML files that settings name: read, or refused with the setting, the file and the fault."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import yaml

from bot.panel.errors import Refused

T = TypeVar("T")


class MalformedError(ValueError):
    """Says in words what is wrong in a file."""


def read(setting: str, file: str, meaning: Callable[[object], T]) -> T:
    """Return the *meaning* of what is in *file*, which *setting* names; Refused if it has none."""
    try:
        return meaning(parsed(Path(file).read_text(encoding="utf-8")))
    except OSError as error:
        raise Refused(f"{setting} {file} cannot be read: {error.strerror}") from error
    except (ValueError, yaml.YAMLError) as error:
        raise Refused(f"{setting} {file} is malformed: {_what(error)}") from error


def _what(error: Exception) -> str:
    match error:
        case MalformedError():
            return str(error)
        case yaml.MarkedYAMLError(problem_mark=yaml.Mark() as mark):
            return f"it is not YAML text (line {mark.line + 1}, column {mark.column + 1})"
    return "it is not YAML text"


def parsed(text: str) -> object:
    """Return what YAML *text* holds."""
    found: object = yaml.load(text, yaml.BaseLoader)  # noqa: S506 - safer than safe: scalars are text
    return found
