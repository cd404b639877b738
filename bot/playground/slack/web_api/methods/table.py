"""The table of all Web API methods."""

from bot.playground.slack.web_api.methods import (
    apps,
    assistant,
    chat,
    conversations,
    files,
    people,
    streams,
    user_groups,
    views,
)
from bot.playground.slack.web_api.methods.method import Method

METHODS: dict[str, Method] = {
    **apps.METHODS,
    **assistant.METHODS,
    **chat.METHODS,
    **conversations.METHODS,
    **files.METHODS,
    **people.METHODS,
    **streams.METHODS,
    **user_groups.METHODS,
    **views.METHODS,
}
