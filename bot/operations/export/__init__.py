"""A thread's archive as a file: Markdown, JSON, or a page that needs nothing else."""

from collections.abc import Callable, Mapping

from bot.operations.export.as_html import page
from bot.operations.export.as_json import data
from bot.operations.export.as_markdown import document
from bot.panel.language_model.conversations.thread_archive import ThreadArchive

FORMATS: Mapping[str, Callable[[ThreadArchive], str]] = {"md": document, "json": data, "html": page}
