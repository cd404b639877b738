"""What an older Python says of the bot."""

import ast
import os
import subprocess
from pathlib import Path

import pytest

OLDER = sorted(
    Path(os.environ.get("PYENV_ROOT", "/root/.pyenv")).glob("versions/3.10.*/bin/python")
)


@pytest.mark.parametrize("name", ["__init__.py", "__main__.py"])
def test_an_older_python_can_read_what_comes_before_the_message(repository, name):
    ast.parse((repository / "bot" / name).read_text(), feature_version=(3, 6))


@pytest.mark.skipif(not OLDER, reason="there is no older Python here")
def test_an_older_python_is_told_what_is_needed(repository):
    done = subprocess.run(  # noqa: S603 - a Python of this machine
        [OLDER[0], "-m", "bot", "--version"],
        cwd=repository,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert done.stderr.startswith("panelbot: It needs Python 3.11 or later; this is 3.10.")
    assert done.stderr.count("\n") == 1
