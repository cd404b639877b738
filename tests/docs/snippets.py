"""The code blocks of README and docs."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_FENCE = re.compile(
    r"^(?P<indent> *)```(?P<language>\w+)\n(?P<code>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL
)
_NOT_RUN = re.compile(r"<!-- not run: .+ -->\s*$")
_AS_A_WHOLE = "<!-- run as a whole by "  # a page that has its own test
_COMMENT = re.compile(r"(^|\s+)#.*")
_AND = re.compile(r" && |; ")
_VARIABLE = re.compile(r"[A-Z_]+=")


@dataclass(frozen=True, slots=True)
class Snippet:
    """A code block; it *runs* by itself if no comment says why it cannot."""

    page: str
    line: int
    language: str
    code: str
    runs: bool

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"

    def commands(self) -> Iterator[list[str]]:
        """Yield the words of each ``panelbot`` command."""
        for line in self.code.replace("\\\n", " ").splitlines():
            for part in _AND.split(_COMMENT.sub("", line)):
                words = shlex.split(part)
                while words and _VARIABLE.match(words[0]):
                    words.pop(0)
                if words and words[0] == "panelbot":
                    yield words[1:]


def pages(repository: Path) -> list[Path]:
    """Return README and the pages of the docs that people have written."""
    written = sorted((repository / "docs").rglob("*.md"))
    return [
        repository / "README.md",
        *(page for page in written if page.parent.name != "reference"),
    ]


def snippets(repository: Path, *languages: str) -> list[Snippet]:
    """Return the code blocks in *languages*, in the order of the pages."""
    return [
        snippet
        for page in pages(repository)
        for snippet in _snippets(page, str(page.relative_to(repository)))
        if snippet.language in languages
    ]


def _snippets(page: Path, name: str) -> Iterator[Snippet]:
    text = page.read_text(encoding="utf-8")
    for match in _FENCE.finditer(text):
        indent = match["indent"]
        code = "\n".join(line.removeprefix(indent) for line in match["code"].splitlines())
        runs = _AS_A_WHOLE not in text and not _NOT_RUN.search(text[: match.start()])
        yield Snippet(name, text.count("\n", 0, match.start()) + 1, match["language"], code, runs)
