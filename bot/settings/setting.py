"""How one setting is described: its name, kind, default, and what it is for.

Why not pydantic-settings or environs. An error here reads "PORT should be a whole number, 1 to
65535, for example PORT=3000": all faults at once, never with a value, which may be a secret, and
what is missing depends on the command. Both libraries raise texts of their own (pydantic's quote
the value), so the table of expectations, examples, secrets and needs would stand beside their
classes, with a translation of their errors: more code than these parsers, and three packages more.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

from bot.settings.kinds import Kind

T = TypeVar("T")
_METADATA = "setting"


class Group(StrEnum):
    """The sections of the settings."""

    SLACK = "Slack"
    INSTALLING = "Many workspaces"
    MODEL = "The model"
    REDIS = "Redis (or Valkey), with appendonly yes"
    PROCESS = "Processes"
    LANGUAGE = "Language"
    PANELS = "Panels"
    RIGHTS = "Permissions and secrets"
    BUDGETS = "Budgets"
    KEEPING = "Retention"
    TELEMETRY = "Traces"


class Own(StrEnum):
    """What a workspace may have of its own; its admins set it, unless it is the operator's."""

    ANY = "any value"
    NAMED_THERE = "any value; the deployment's ids do not apply"
    AT_MOST = "at most the deployment's"
    AT_MOST_OR_ZERO = "at most the deployment's; 0 is unlimited"
    WITHIN = "a part of the deployment's"
    BESIDES = "in addition to the deployment's"
    OPERATOR = "any value; only operators set it"


@dataclass(frozen=True, slots=True)
class Setting(Generic[T]):
    """One environment variable."""

    name: str
    kind: Kind[T]
    group: Group | None  # None: that of the setting before
    about: str  # for .env.example and the documentation
    example: str  # for errors
    is_secret: bool
    needed: str  # when it is needed; empty: it may be left out
    line: str | None  # how its line in .env.example begins if it is to be filled in
    page: str  # of the documentation, which tells more
    own: Own | None  # what a workspace may have of its own; None: nothing


def setting(
    name: str,
    kind: Kind[T],
    about: str,
    *,
    example: str = "",
    group: Group | None = None,
    is_secret: bool = False,
    needed: str = "",
    line: str | None = None,
    page: str = "",
    own: Own | None = None,
) -> T:
    """Declare a field of a dataclass that is read from the environment variable *name*."""
    example = example or as_text(kind.default)
    described = Setting(name, kind, group, about, example, is_secret, needed, line, page, own)
    declared: T = dataclasses.field(metadata={_METADATA: described}, repr=not is_secret)
    return declared


def settings_of(config: type) -> Mapping[str, Setting[Any]]:
    """Return the settings that the dataclass *config* declares, by its fields."""
    return {field.name: field.metadata[_METADATA] for field in dataclasses.fields(config)}


def as_text(value: object) -> str:
    """Return *value* as it is written in the environment."""
    match value:
        case float():
            return f"{value:g}"
        case frozenset():
            return ",".join(sorted(value))
        case tuple():
            return ",".join(map(str, value))
    return str(value)
