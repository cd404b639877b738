"""The generated parts of the docs are as the code has it."""

from pathlib import Path

from docsgen.pages import stale


def test_what_is_generated_is_up_to_date(repository: Path):
    assert list(stale(repository)) == [], "run python -m docsgen, and commit what it writes"
