"""Links lead somewhere, in the pages that are not part of the built docs as well."""

import re
from pathlib import Path

import pytest

from tests.docs.snippets import pages

_LINK = re.compile(r"(?:\]\(|src=\"|srcset=\")(?P<target>[^)\"\s]+)[)\"]")
_HEADING = re.compile(r"^#+ (?P<title>.+)$", re.MULTILINE)
_CODE = re.compile(r"^ *```.*?^ *```$", re.MULTILINE | re.DOTALL)
_PATH = re.compile(r"`(?P<path>(?:bot|docs|docsgen|tests|manifests)/[\w/.-]*)`")
OTHERS = ("CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")


def anchors(page: Path) -> set[str]:
    """Return the anchors of the headings of *page*, as GitHub makes them."""
    text = _CODE.sub("", page.read_text(encoding="utf-8"))
    titles = (match["title"].casefold() for match in _HEADING.finditer(text))
    return {re.sub(r"[^\w\- ]", "", title).strip().replace(" ", "-") for title in titles}


def broken(page: Path) -> list[str]:
    """Return the links of *page* that lead nowhere; those to other sites are not followed."""
    text = _CODE.sub("", page.read_text(encoding="utf-8"))
    wrong = []
    for match in _LINK.finditer(text):
        place, _, anchor = match["target"].partition("#")
        if place.startswith(("http://", "https://")):
            continue
        target = (page.parent / place).resolve() if place else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            wrong.append(match["target"])
    return wrong


@pytest.fixture
def all_pages(repository: Path) -> list[Path]:
    generated = (repository / "docs" / "reference").glob("*.md")
    return [*pages(repository), *generated, *(repository / name for name in OTHERS)]


def test_every_link_leads_somewhere(all_pages: list[Path]):
    assert {str(page): wrong for page in all_pages if (wrong := broken(page))} == {}


def test_every_file_that_is_named_exists(repository: Path, all_pages: list[Path]):
    missing = {
        f"{page.name}: {match['path']}"
        for page in all_pages
        if page.name != "CHANGELOG.md"
        for match in _PATH.finditer(page.read_text(encoding="utf-8"))
        if not (repository / match["path"]).exists()
    }
    assert missing == set()


def test_a_link_that_leads_nowhere_is_found(tmp_path: Path):
    (tmp_path / "there.md").write_text("# Yes, it is `there`\n")
    page = tmp_path / "page.md"
    page.write_text(
        "[a](there.md#yes-it-is-there) [b](there.md#no) ![c](none.png) [d](https://e)\n"
    )
    assert broken(page) == ["there.md#no", "none.png"]
