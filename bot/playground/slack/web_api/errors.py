"""How a Web API method refuses a call."""

from typing import Any


class ApiError(Exception):
    """Slack says no: ``ok: false`` with *code*, and sometimes more."""

    def __init__(self, code: str, *messages: str, **more: Any) -> None:
        super().__init__(code)
        self.code = code
        self.messages = messages
        self.more = more
