"""The entries of a turn's journal, from their docstrings."""

from collections.abc import Iterator
from dataclasses import fields
from typing import Any, get_args

from bot.panel.journal import events
from bot.panel.journal.failures import Failure
from docsgen.tables import first_sentence, from_docstring, table

_OWN = ("at", "by")  # what all have


def page() -> str:
    """Return the page of the journal's entries and of why an expert does not answer."""
    entries = table(("entry", "what it says", "fields"), map(_entry, _entries(events.TurnEvent)))
    failures = table(("failure",), ([f"`{failure.value}`"] for failure in Failure))
    about = "\n\n".join(map(from_docstring, (events.__doc__ or "").strip().split("\n\n")[1:]))
    return f"""\
# States of a turn

A turn's journal in Redis is a list of these entries. After a crash, they say what has been done
so far, so that the turn continues where it stopped.

{about}

{entries}

An expert that did not answer has one of these reasons, each with its own sentence in the thread:

{failures}
"""


def _entries(union: Any) -> Iterator[type]:
    for member in get_args(union):
        if get_args(member):
            yield from _entries(member)
        else:
            yield member


def _entry(event: Any) -> tuple[str, str, str]:
    names = (f"`{field.name}`" for field in fields(event) if field.name not in _OWN)
    return f"`{event.__name__}`", first_sentence(event.__doc__), ", ".join(names)
