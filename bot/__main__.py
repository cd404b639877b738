"""Start the bot: ``python -m bot``, or ``panelbot``.

Importing the rest takes a while, in which Ctrl+C already ends the process without a traceback.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - before anything that an older one cannot read
    sys.exit(f"panelbot: It needs Python 3.11 or later; this is {sys.version.split()[0]}.")

try:
    from bot.cli.shared import stop_signals

    stop_signals.install()
except KeyboardInterrupt:
    raise SystemExit(130) from None


def main() -> None:
    """Run the command that the arguments name, and exit."""
    from bot.cli.shared.output import run_to_exit

    run_to_exit(_run_command)


def _run_command() -> None:
    from bot.cli.main import main as commands

    commands()


if __name__ == "__main__":
    main()
