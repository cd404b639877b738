"""What serving commands tell: when they are ready, what they finish, when and why they stop."""

import gc
import logging
import signal
from collections.abc import Callable
from contextlib import suppress

import click

from bot import __version__, logs
from bot.addresses import without_password
from bot.assembly.parts import Obstacle, Readiness, Status
from bot.cli.shared import lazily, systemd
from bot.cli.shared.listing import counted
from bot.panel.errors import PanelError, leaves
from bot.settings.config import Config

_NEW_AFTER = 5_000  # new objects before a look at them; usually 700
_OLD_AFTER = 50  # looks at what is young before one at what is old; usually 10

log = logging.getLogger(__name__)


class Farewell(Status):
    """Tells people at the terminal which turns are being finished."""

    def finishing(self, turns: int, hurry: Callable[[], None]) -> None:
        """Say what Ctrl+C waits for."""
        if turns:
            text = f"panelbot: Finishing {counted(turns, 'turn')}; Ctrl+C again ends at once."
            with suppress(OSError):  # the terminal may be closed
                click.echo(text, err=True)


class Announcements(Farewell):
    """Logs the life of *command*, which consists of so many *parts*."""

    def __init__(self, command: str, config: Config, parts: int) -> None:
        self._command = command
        self._config = config
        self._handed_over = 0
        self._hurry: list[Callable[[], None]] = []
        self._is_hurried = False
        self.readiness = Readiness(parts)

    def ready(self, team_id: str, workspace: str, obstacle: Obstacle) -> None:
        """Log that the bot is ready, once all parts are."""
        self.readiness.opened(team_id, workspace, obstacle)
        if not self.readiness.is_open:
            return
        _look_for_garbage_seldom()
        systemd.notify(f"READY=1\nSTATUS=Serving {workspace}")
        config = self._config
        facts = {
            "version": __version__,
            "workspace": workspace,
            "backend": config.backend,
            "model_server": without_password(config.openai_base_url),
            "redis": lazily.storage.address_of(config),
        }
        log.info("%s.ready", self._command, extra=facts)

    def stopping(self) -> None:
        self.readiness.drain()
        systemd.notify("STOPPING=1")

    def finishing(self, turns: int, hurry: Callable[[], None]) -> None:
        """Say how many turns are finished, unless they are to be handed over at once."""
        self.stopping()  # also where an error ends the command
        systemd.notify(f"STATUS=Finishing {counted(turns, 'turn')}")
        self._hurry.append(hurry)
        if self._is_hurried:
            self.hurry()
        elif turns and logs.is_json():
            log.info("%s.finishing", self._command, extra={"turns": turns})
        else:
            super().finishing(turns, hurry)

    def hurry(self) -> None:
        """Have the turns handed over that are being finished, or will be."""
        self._is_hurried = True
        for hurry in self._hurry:
            hurry()

    def handed_over(self, turns: int) -> None:
        """Keep it for the last line."""
        self._handed_over += turns

    def stopped(self, signalled: int) -> None:
        self._log_end(logging.INFO, signal.Signals(signalled).name if signalled else "done")

    def failed(self, error: BaseException) -> None:
        """Log which error ends the command, if it was ready."""
        if self.readiness.is_open:
            texts = (
                str(e) if isinstance(e, PanelError) else type(e).__name__ for e in leaves(error)
            )
            self._log_end(logging.ERROR, " ".join(dict.fromkeys(texts)))

    def _log_end(self, level: int, reason: str) -> None:
        extra = {"reason": reason, "handed_over": self._handed_over}
        log.log(level, "%s.stopped", self._command, extra=extra)


def _look_for_garbage_seldom() -> None:
    """Keep the garbage collector from what is there now, and let it look more seldom.

    Its usual looks at what is new take a fifteenth of a turn's processor time. Looking through
    some hundred waiting turns holds all of them up for a fifth of a second, and finds next to
    nothing.
    """
    gc.freeze()
    _, young, _ = gc.get_threshold()
    gc.set_threshold(_NEW_AFTER, young, _OLD_AFTER)
