"""The version before, taken from the history of the repository."""

import io
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

# The last release; until there is one, a commit that can read what today's code writes.
PREVIOUS = Path(__file__).with_name("previous").read_text().strip()


@pytest.fixture(scope="session")
def previous(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the version before: its ``bot``, for today's interpreter and libraries."""
    try:
        git = ["git", "-C", str(repository), "archive", PREVIOUS, "bot"]
        archive = subprocess.run(git, check=True, capture_output=True)  # noqa: S603 - ours
    except (OSError, subprocess.CalledProcessError) as error:
        why = getattr(error, "stderr", b"").decode().strip() or error
        pytest.skip(f"{PREVIOUS[:9]}, the version before, is not in this clone: {why}")
    folder = tmp_path_factory.mktemp("previous")
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as files:
        files.extractall(folder, filter="data")
    asked = [sys.executable, "-c", "import bot; print(bot.__file__)"]
    said = subprocess.run(asked, cwd=folder, check=True, capture_output=True)  # noqa: S603 - ours
    assert said.stdout.decode().strip() == str(folder / "bot" / "__init__.py")
    return folder
