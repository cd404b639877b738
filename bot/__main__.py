"""Start the bot: ``python -m bot``, or ``panelbot``."""

from bot.cli.main import main

if __name__ == "__main__":
    main()
