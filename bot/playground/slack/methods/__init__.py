"""The Web API methods, a module for each family, and the table that finds them."""

from bot.playground.slack.methods import (
    assistant,
    chat,
    conversations,
    files,
    people,
    streams,
    user_groups,
    views,
)
from bot.playground.slack.methods.caller import Method

METHODS: dict[str, Method] = {
    **assistant.METHODS,
    **chat.METHODS,
    **conversations.METHODS,
    **files.METHODS,
    **people.METHODS,
    **streams.METHODS,
    **user_groups.METHODS,
    **views.METHODS,
}
