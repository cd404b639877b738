"""What the README promises about itself."""

import re
import tomllib
from pathlib import Path

import pytest

from tests.docs.snippets import pages

DEMO = "pip install -c constraints.txt '.[demo]' && panelbot demo\n"
TESTS = (
    "pip install -U pip && pip install -c constraints.txt -e '.[demo]' --group test "
    "&& python -m pytest\n"
)


@pytest.fixture
def readme(repository: Path) -> str:
    return (repository / "README.md").read_text(encoding="utf-8")


def test_it_is_short(readme: str):
    assert len(readme.splitlines()) <= 150


@pytest.mark.parametrize("command", [DEMO, TESTS], ids=["demo", "tests"])
def test_it_has_the_command(readme: str, command: str):
    assert command in readme


def test_its_picture_is_small(repository: Path):
    for name in ("thread.png", "thread-dark.png"):
        assert (repository / "docs" / "images" / name).stat().st_size < 200_000


def test_every_page_of_the_docs_is_in_the_navigation(repository: Path):
    navigation = (repository / "mkdocs.yml").read_text(encoding="utf-8")
    docs = repository / "docs"
    written = {str(page.relative_to(docs)) for page in docs.rglob("*.md")}
    assert {page for page in written if page not in navigation} == set()


def test_every_package_has_its_exact_version_in_the_constraints(repository: Path):
    settings = tomllib.loads((repository / "pyproject.toml").read_text())
    wanted = [
        *settings["project"]["dependencies"],
        *settings["project"]["optional-dependencies"]["demo"],
        *(
            package
            for group in settings["dependency-groups"].values()
            for package in group
            if isinstance(package, str)
        ),
    ]
    pinned = (repository / "constraints.txt").read_text().casefold().replace("_", "-")
    names = [re.split("[>=]=", package)[0] for package in wanted]
    assert [name for name in names if f"\n{name}==" not in pinned] == []


def test_there_is_something_to_read(repository: Path):
    assert len(pages(repository)) > 20
