"""What is stored, between this version and the one before, which run side by side."""

import json
import re
import subprocess
import sys
from difflib import unified_diff
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.redis.connection.scripting import Connection
from docsgen.redis_keys import rows
from tests.upgrades import records, stored
from tests.upgrades.conftest import PREVIOUS

MEANT = """What is stored has changed:

{changes}

If that is meant, look what the version before makes of it while both run side by side:

- A new field with a default, or a new key: it is passed over. If a message must not be answered
  without knowing a field, name it in `needs`.
- A new event, or a new member of an enum: the version before leaves such turns to newer workers.
  Nothing may write it before the next release: name it in NOT_WRITTEN_YET of {records}.
  An event that changes nothing of what is to be done has a name that ends in `Noted`.
- A field, an event, a member or a key that is gone, renamed or of another type or form: the version
  before still writes it and needs it. Add another one, write both, and read either.
- What Slack and the model's side keep for us ("outside") is there for years: it stays as it is.

Then write the file anew: python -m tests.upgrades
"""


async def test_what_is_stored_does_not_change_by_accident(redis: Connection, redis_url: str):
    known, now = stored.FILE.read_text(), await stored.now(redis_url)
    if known != now:
        changes = unified_diff(known.splitlines(), now.splitlines(), "known", "now", n=2)
        told = MEANT.format(changes="\n".join(changes), records=records.__file__)
        pytest.fail(told, pytrace=False)


def test_every_key_that_is_documented_is_among_them_and_no_other():
    names = [re.sub(r"^P ", "panelbot:{0}:", name) for name, *_ in rows()]
    names = [re.sub(r"^B ", "panelbot:{budgets}:", name) for name in names]
    names = [re.sub(r"^[A-Z] ", "panelbot:{KIND:TEAM}:", name) for name in names]
    forms = [re.sub("[A-Z]+", ".+", re.escape(name)) for name in names]
    keys = json.loads(stored.FILE.read_text())["keys"]

    assert [form for form in forms if not any(re.fullmatch(form, key) for key in keys)] == []
    assert [key for key in keys if not any(re.fullmatch(form, key) for form in forms)] == []


def test_this_version_reads_what_the_one_before_writes(repository: Path):
    assert records.unreadable(written_before(repository)) == {}


def test_the_version_before_reads_what_this_one_writes(previous: Path):
    written = {
        name: sample
        for name, sample in records.samples().items()
        if name not in records.NOT_WRITTEN_YET | records.OF_NEW_KEYS and not name.endswith("Noted")
    }
    read = subprocess.run(  # noqa: S603 - ours
        [sys.executable, records.__file__],
        cwd=previous,
        env={"PYTHONPATH": str(previous)},
        input=json.dumps(written),
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(read.stdout) == {}


def written_before(repository: Path) -> dict[str, Any]:
    """Return the samples of the version before."""
    file = stored.FILE.relative_to(repository)
    git = ["git", "-C", str(repository), "show", f"{PREVIOUS}:{file}"]
    shown = subprocess.run(git, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    if shown.returncode:
        pytest.skip(f"the version before is not in this clone: {shown.stderr.strip()}")
    samples: dict[str, Any] = json.loads(shown.stdout)["records"]
    return samples
