"""Fetching the names that are taken in the workspace, while people fill in a form."""

import asyncio
import logging

from bot.language import gettext
from bot.panel.errors import Refused
from bot.panel.roster.panel_editor import PanelEditor

log = logging.getLogger(__name__)


class NameCheck:
    """Makes *editor* fetch the names; a submitted form waits *timeout* seconds for them."""

    def __init__(self, editor: PanelEditor, *, timeout: float = 2.0) -> None:
        self._editor = editor
        self._timeout = timeout
        self._fetching: asyncio.Task[None] | None = None

    def start(self) -> asyncio.Task[None]:
        """Start to fetch the names, in a task that a timeout of ``wait`` does not cancel."""
        if self._fetching is None or self._fetching.done():
            self._fetching = asyncio.create_task(self._editor.fetch_taken_names())
            self._fetching.add_done_callback(_log_failure)
        return self._fetching

    async def wait(self) -> None:
        """Wait for the names. Raises Refused if that takes too long."""
        fetching = self.start()
        finished, _ = await asyncio.wait({fetching}, timeout=self._timeout)
        if not finished:
            raise Refused(
                gettext(
                    "I am still looking up which names are taken here; nothing is lost, please "
                    "press the button again in a moment."
                )
            )
        fetching.result()  # raises its error


def _log_failure(fetching: asyncio.Task[None]) -> None:
    if not fetching.cancelled() and (error := fetching.exception()):
        log.warning("names.not_learned", extra={"reason": str(error)})
