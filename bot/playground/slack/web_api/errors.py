"""The error that a Web API method answers with."""

from typing import Any


class ApiError(Exception):
    """Slack answers ``ok: false`` with *code*, and sometimes *more* fields."""

    def __init__(self, code: str, *messages: str, **more: Any) -> None:
        super().__init__(code)
        self.code = code
        self.messages = messages
        self.more = more
