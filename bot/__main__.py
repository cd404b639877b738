"""Start the bot: ``python -m bot``, or ``panelbot``.

Importing the rest takes a while, in which Ctrl+C already ends the process without a traceback.
"""

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
