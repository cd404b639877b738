"""What a method of the Web API is."""

from collections.abc import Callable

from bot.json_types import Json
from bot.playground.slack.web_api.state import ServerState

Method = Callable[[ServerState, Json], Json]
