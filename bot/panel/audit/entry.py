"""What the audit log says of one act: who, what, where; names and digests, never content."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

_LONGEST = 200  # characters of a name: no place for content


class Act(StrEnum):
    """What was done, or was about to be done."""

    CHANGED = "changed"  # a panel
    EQUIPPED = "equipped"  # an expert, with other tools than before
    TAUGHT = "taught"  # an expert, with a document, or without it again
    ALLOWED = "allowed"  # a question to exceed its budgets, or more to be spent this time
    APPROVED = "approved"
    DECLINED = "declined"
    STOPPED = "stopped"
    MUTED = "muted"
    UNMUTED = "unmuted"
    RETRIED = "retried"  # a turn that had been given up
    MOVED = "moved"  # conversations, to another backend
    FORGOT = "forgot"
    EXPORTED = "exported"
    REFUSED = "refused"
    INSTALLED = "installed"
    UNINSTALLED = "uninstalled"
    TRIMMED = "trimmed"  # the log itself, of what was too old


class Where(Protocol):
    """A workspace, or more exactly a channel or a thread: what has their ids."""

    @property
    def team_id(self) -> str:
        """The workspace's id."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One act. *by* is a person's id, ``operator:NAME`` at the command line, or ``panelbot``."""

    act: Act
    where: Where
    by: str
    subject: str = ""  # the expert, approval, turn … that it is about
    details: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        subject = {"subject": self.subject[:_LONGEST]} if self.subject else {}
        details = {name: value[:_LONGEST] for name, value in self.details.items() if value}
        place = _place(self.where)
        return {"act": str(self.act), "by": self.by, **place, **subject, "details": details}


def _place(where: Where) -> dict[str, str]:
    channel, ts = (getattr(where, name, "") for name in ("channel_id", "thread_ts"))
    place = {"team": where.team_id, "channel": channel, "thread": ts}
    return {name: id_ for name, id_ in place.items() if id_}


def canonical(value: object) -> str:
    """Return *value* as JSON that is always the same."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def digest(content: str | bytes) -> str:
    """Return the digest by which *content* can be recognised, but not read."""
    if isinstance(content, str):
        content = content.encode(errors="surrogatepass")
    return hashlib.sha256(content).hexdigest()
