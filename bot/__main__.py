"""Start the bot: ``python -m bot``, or ``panelbot``."""

from bot.cli import main

if __name__ == "__main__":
    main()
