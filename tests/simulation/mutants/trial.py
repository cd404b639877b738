"""Planting one mutant after the other in a copy of the tree, and running what has to catch it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.simulation.mutants.days import CAUGHT
from tests.simulation.mutants.mutant import Days, Mutant, Units

ROOT = Path(__file__).parents[3]
_TESTS_FAILED = 1  # exit status of pytest
_LONGEST = 240.0  # seconds for one check: whoever hangs is caught
_COPIED = ("bot", "tests", "docsgen", "pyproject.toml", "manifests", "README.md")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a mutant."""

    mutant: Mutant
    is_caught: bool
    why: str  # the first that noticed it, or what is wrong with the check itself
    is_valid: bool = True

    @property
    def is_fine(self) -> bool:
        """Whether it is as it should be: caught, or known to survive."""
        return self.is_valid and self.is_caught is not bool(self.mutant.survives)


class Copy:
    """A copy of the tree in *folder*; modules stay compiled from one mutant to the next."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._unmutated: dict[Units | Days, Verdict] = {}
        ignored = shutil.ignore_patterns("__pycache__", "*.pyc", ".mypy_cache")
        for name in _COPIED:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, folder / name, ignore=ignored)
            elif source.exists():
                shutil.copy2(source, folder / name)

    def judge(self, mutant: Mutant) -> Verdict:
        """Return what becomes of *mutant*; its check has to find nothing wrong without it."""
        check = mutant.caught_by
        if check not in self._unmutated:
            self._unmutated[check] = self._verdict(mutant)
        without = self._unmutated[check]
        if without.is_caught or not without.is_valid:
            why = f"the check fails without the bug: {without.why}"
            return Verdict(mutant, is_caught=False, why=why, is_valid=False)
        with self._planted(mutant):
            return self._verdict(mutant)

    def _verdict(self, mutant: Mutant) -> Verdict:
        try:
            ended = self._run(mutant.caught_by)
        except subprocess.TimeoutExpired:
            return Verdict(mutant, is_caught=True, why="hangs")
        lines = ended.stdout.strip().splitlines() or [""]
        match mutant.caught_by, ended.returncode:
            case _, 0:
                return Verdict(mutant, is_caught=False, why="")
            case Units(), code if code == _TESTS_FAILED:
                failed = (line for line in lines if line.startswith(("FAILED", "ERROR")))
                return Verdict(mutant, is_caught=True, why=_short(next(failed, lines[-1])))
            case Days(), code if code == CAUGHT:
                return Verdict(mutant, is_caught=True, why=lines[-1])
        said = (ended.stderr.strip().splitlines() or lines)[-1]
        return Verdict(mutant, is_caught=False, why=f"the check is broken: {said}", is_valid=False)

    def _run(self, check: Units | Days) -> "subprocess.CompletedProcess[str]":
        env = {**os.environ, "PYTHONPATH": str(self._folder)}
        env.pop("PYTHONPYCACHEPREFIX", None)
        env.pop("PYTHONDONTWRITEBYTECODE", None)
        return subprocess.run(  # noqa: S603 - our own tests
            _command(check), cwd=self._folder, env=env, capture_output=True, text=True,
            timeout=_LONGEST, check=False,
        )  # fmt: skip

    @contextmanager
    def _planted(self, mutant: Mutant) -> Iterator[None]:
        path, original = self._folder / mutant.file, ROOT / mutant.file
        path.write_text(mutated(mutant), encoding="utf-8")
        try:
            yield
        finally:
            shutil.copy2(original, path)


def mutated(mutant: Mutant) -> str:
    """Return the file with the bug. Raises ValueError if the text is not there exactly once."""
    text = (ROOT / mutant.file).read_text(encoding="utf-8")
    if text.count(mutant.old) != 1:
        times = text.count(mutant.old)
        raise ValueError(f"{mutant.name}: its text is in {mutant.file} {times} times")
    return text.replace(mutant.old, mutant.new)


def _command(check: Units | Days) -> list[str]:
    match check:
        case Days(kind, last, questions):
            module = "tests.simulation.mutants.days"
            return [sys.executable, "-m", module, kind, str(last), str(questions)]
        case Units(paths, only):
            quick = ["-x", "-q", "-n", "0", "-p", "no:cacheprovider", "--tb=no", "-rfE"]
            named = ["-k", only] if only else []
            return [sys.executable, "-m", "pytest", *quick, *named, *paths]


def _short(line: str) -> str:
    return line.split(" - ")[0].rsplit("/", 1)[-1]
