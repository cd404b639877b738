"""A thread's archive as a file: Markdown, JSON, or a page that needs nothing else."""

from collections.abc import Callable, Mapping

from bot.export.as_html import page
from bot.export.as_json import data
from bot.export.as_markdown import document
from bot.panel.archive import ThreadArchive

FORMATS: Mapping[str, Callable[[ThreadArchive], str]] = {
    "md": document,
    "json": data,
    "html": page,
}
