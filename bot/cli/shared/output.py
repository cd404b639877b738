"""Output that cannot be written: closed, on a full disk, or with a reader that has left.

Whoever gets less than all that a command prints learns so from its exit status, and from a line,
unless they have left themselves (``| head``).
"""

import errno
import io
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NoReturn, TextIO


class _Output(io.FileIO):
    """A standard stream that remembers why it could not be written."""

    failure: OSError | None = None

    def write(self, data: Any, /) -> int:
        try:
            return super().write(data)
        except OSError as error:
            self.failure = error
            raise


def run_to_exit(command: Callable[[], None]) -> NoReturn:
    """Call *command* and exit; with 1 and without a traceback if its output cannot be written."""
    _open_closed_streams()
    out, err = _Output(1, "w", closefd=False), _Output(2, "w", closefd=False)
    sys.stdout, sys.stderr = _as_text(out, sys.stdout), _as_text(err, sys.stderr)
    code: Any = 0
    try:
        command()
    except SystemExit as exit_:
        code = exit_.code
    except Exception:
        if not (out.failure or err.failure):
            raise
    code = _flush(code, out, err)
    sys.exit(code)


def _flush(code: Any, *outputs: _Output) -> Any:
    """Return the exit status, *code* unless something could not be written, which is told."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):
            stream.flush()
    for failure in [output.failure for output in outputs if output.failure]:
        code = code or 1
        if failure.errno != errno.EPIPE:
            with suppress(OSError):
                sys.stderr.write(f"panelbot: The output cannot be written: {failure.strerror}.\n")
    for output in outputs:
        if output.failure:
            _open(output.fileno(), os.O_WRONLY)  # for what is still in the buffers
    return code


def _open_closed_streams() -> None:
    """Let no file or socket take the place of a standard stream that was closed (``>&-``).

    Standard output becomes one that cannot be written, so that nothing is lost silently.
    """
    if sys.stdin is None:
        _open(0, os.O_RDONLY)
        sys.stdin = io.TextIOWrapper(io.BufferedReader(io.FileIO(0, closefd=False)))
    if sys.stdout is None:
        _open(1, os.O_RDONLY)
    if sys.stderr is None:
        _open(2, os.O_WRONLY)


def _as_text(output: _Output, like: TextIO | None) -> TextIO:
    return io.TextIOWrapper(
        io.BufferedWriter(output),
        encoding=like.encoding if like else "utf-8",
        errors="backslashreplace",
        line_buffering=output.isatty() or output.fileno() == 2,
    )


def _open(number: int, flags: int) -> None:
    opened = os.open(os.devnull, flags)
    if opened != number:
        os.dup2(opened, number)
        os.close(opened)
    os.set_inheritable(number, True)
