"""Which names are taken in the workspace: looked up beside what Slack waits three seconds for."""

import asyncio
import logging

from bot.language import gettext
from bot.panel.errors import Refused
from bot.panel.roster.panel_editor import PanelEditor

log = logging.getLogger(__name__)


class NameCheck:
    """Lets *editor* learn the names in time; a submitted form waits *timeout* seconds for them."""

    def __init__(self, editor: PanelEditor, *, timeout: float = 2.0) -> None:
        self._editor = editor
        self._timeout = timeout
        self._learning: asyncio.Task[None] | None = None

    def learn(self) -> asyncio.Task[None]:
        """Look them up, in a task that outlives whoever waits for it."""
        if self._learning is None or self._learning.done():
            self._learning = asyncio.create_task(self._editor.fetch_taken_names())
            self._learning.add_done_callback(_note_failure)
        return self._learning

    async def wait(self) -> None:
        """Return when they are known. Raises Refused if that takes too long."""
        learning = self.learn()
        finished, _ = await asyncio.wait({learning}, timeout=self._timeout)
        if not finished:
            raise Refused(
                gettext(
                    "I am still looking up which names are taken here; nothing is lost, please "
                    "press the button again in a moment."
                )
            )
        learning.result()  # or its error


def _note_failure(learning: asyncio.Task[None]) -> None:
    if not learning.cancelled() and (error := learning.exception()):
        log.warning("names.not_learned", extra={"reason": str(error)})
