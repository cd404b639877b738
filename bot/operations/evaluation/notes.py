"""The notes of an evaluation, and the file that they are kept in: a line of JSON each.

A note has no words of a question or an answer: of checks it has only whether they were passed.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from decimal import Decimal
from pathlib import Path
from typing import Any

from bot.panel.errors import Refused
from bot.panel.model import ExpertName

_NOTE = b'{"key": "'  # how notes begin
_KINDS: Mapping[str, Any] = {
    "key": str,
    "chosen": list,
    "unknown": int,
    "tokens": int,
    "passed": list | tuple,
    "cost": str | None,
    "seconds": int | float,
    "likelihoods": dict,
    "nobody": float | None,
    "unjudged": bool,
}


@dataclass(frozen=True, slots=True)
class Note:
    """One decision of the router's, and which checks the answer has passed."""

    key: str  # of the panel, the model, the question and the repetition
    chosen: Sequence[ExpertName]
    unknown: int = 0  # calls of nobody on the panel
    tokens: int = 0
    cost: str | None = "0"  # in dollars; None: the model has no price
    seconds: float = 0.0
    passed: Sequence[bool] = ()
    reasons: Sequence[str] = ()  # of the checks, which may quote an answer: never written
    likelihoods: Mapping[ExpertName, float] = field(default_factory=dict)  # of a first look
    nobody: float | None = None  # the likelihood that nobody is wanted
    unjudged: bool = False  # a first look failed

    def line(self) -> str:
        """Return the note as a line of JSON, without any words."""
        told = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "reasons"}
        told |= {} if self.likelihoods else {"likelihoods": (), "nobody": ()}
        told |= {} if self.unjudged else {"unjudged": ()}
        return json.dumps({name: value for name, value in told.items() if value != ()})


def read_note(line: bytes) -> Note:
    """Return the note that a line of JSON is. Raises ValueError if it is none."""
    try:
        told = json.loads(line)
        note = Note(**{name: told[name] for name in _KINDS if name in told})
        if all(isinstance(getattr(note, name), kind) for name, kind in _KINDS.items()):
            judged = [*note.likelihoods.values(), *([] if note.nobody is None else [note.nobody])]
            is_whole = (
                all(isinstance(name, str) for name in note.chosen)
                and all(isinstance(one, bool) for one in note.passed)
                and all(isinstance(one, float) and 0 <= one <= 1 for one in judged)
                and (note.cost is None or Decimal(note.cost).is_finite())
            )
            if is_whole:
                return note
    except (ArithmeticError, RecursionError, TypeError) as error:
        raise ValueError from error
    raise ValueError


@contextmanager
def noted(path: str | None) -> Iterator[tuple[dict[str, Note], Callable[[Note], None]]]:
    """Yield what is noted in the file at *path*, by its key, and what notes more there."""
    if path is None:
        yield {}, lambda note: None
        return
    try:
        file = Path(path).open("ab+", buffering=0)  # noqa: SIM115 - it is closed below
        file.seek(0)
        written = file.read()
    except OSError as error:
        raise Refused(f"{path} cannot be read and written: {error.strerror or error}.") from error
    with file:

        def append(line: bytes) -> None:
            try:
                file.write(line + b"\n")
            except OSError as error:
                raise Refused(f"{path} cannot be written: {error.strerror}.") from error

        *lines, last = written.split(b"\n")
        notes = _read_notes(path, lines)
        if last and _is_torn(last):
            file.truncate(len(written) - len(last))
        elif last:  # an editor has left out the end of the line
            notes |= _read_notes(path, [last], first=len(lines) + 1)
            append(b"")
        yield notes, lambda note: append(note.line().encode())


def _is_torn(line: bytes) -> bool:
    """Whether *line* is the beginning of a note: a run was killed while it wrote."""
    return line[: len(_NOTE)] == _NOTE[: len(line)] and not line.endswith(b"}")


def _read_notes(path: str, lines: Sequence[bytes], *, first: int = 1) -> dict[str, Note]:
    notes = {}
    for number, line in enumerate(lines, first):
        try:
            note = read_note(line)
        except ValueError as error:
            raise Refused(f"{path}:{number}: is not a note of `panelbot eval`.") from error
        notes[note.key] = note
    return notes
