import os
import shutil
from subprocess import run

import pytest


@pytest.mark.long
def test_the_image_answers_a_question(repository):
    needed = ("buildah", "debootstrap", "redis-server")
    if os.geteuid() != 0 or not all(map(shutil.which, needed)):
        pytest.skip(f"needs root, and {', '.join(needed)}")

    ended = run(["bash", ".ci/image"], cwd=repository, capture_output=True, text=True, check=False)  # noqa: S607 - ours

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "uid=10001 gid=10001" in ended.stdout
    assert "Legal Counsel" in ended.stdout
