"""The programs that check what is in ``deploy/``; ``.ci/deploy-tools`` installs most of them."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from subprocess import run

import pytest

from bot.settings.config import SETTINGS

Check = Callable[..., str]
DEFAULTS = {setting.name: setting.kind.default for setting in SETTINGS.values()}


@pytest.fixture
def deploy(repository: Path) -> Path:
    """The folder with everything to deploy the bot with."""
    return repository / "deploy"


@pytest.fixture
def tool() -> Callable[[str], Check]:
    """Find a program; skips the test where it is not."""

    def find(name: str) -> Check:
        program = found(name)

        def check(*args: object, **environ: str) -> str:
            """Run it; returns what it prints, and fails if it complains."""
            ended = run(  # noqa: S603 - ours
                [program, *map(str, args)],
                env={**os.environ, **environ},
                capture_output=True,
                text=True,
                check=False,
            )
            assert ended.returncode == 0, ended.stdout + ended.stderr
            return ended.stdout

        return check

    return find


def found(name: str) -> str:
    """Return where a program is; skips the test where it is not."""
    own = os.environ.get("PANELBOT_DEPLOY_TOOLS", "")
    path = os.pathsep.join(filter(None, (own and f"{own}/bin", os.environ["PATH"])))
    return shutil.which(name, path=path) or pytest.skip(f"{name} is not here: see .ci/deploy-tools")


def shutdown(environ: dict[str, str]) -> float:
    """The seconds that a process with these settings may take to end, the last look included."""
    return float(environ.get("PANELBOT_DRAIN", DEFAULTS["PANELBOT_DRAIN"])) + 5
