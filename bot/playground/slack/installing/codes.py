"""The codes with which people come back from the install page: good once, for ten minutes."""

from dataclasses import dataclass
from itertools import count

from bot.playground.slack.hazards import Hazards
from bot.playground.slack.web_api.errors import ApiError

_LASTS = 10 * 60  # seconds


@dataclass(frozen=True, slots=True)
class Code:
    """What somebody has allowed."""

    key: str  # the workspace's or the organisation's id
    person: str
    scopes: frozenset[str]
    user_scopes: frozenset[str]
    redirect_uri: str  # empty: none was given
    issued_at: float


class Codes:
    """The codes that have not been redeemed."""

    def __init__(self, hazards: Hazards) -> None:
        self._hazards = hazards
        self._codes: dict[str, Code] = {}
        self._numbers = count(1)

    def new(
        self,
        key: str,
        person: str,
        scopes: frozenset[str],
        user_scopes: frozenset[str] = frozenset(),
        redirect_uri: str = "",
    ) -> str:
        """Return a new code."""
        value = f"111.222.playground-code-{next(self._numbers)}"
        self._codes[value] = Code(
            key, person, scopes, user_scopes, redirect_uri, self._hazards.now()
        )
        return value

    def redeem(self, value: str, redirect_uri: str | None) -> Code:
        """Return what was allowed with a code, which cannot be used again, or raise ApiError."""
        code = self._codes.pop(value, None)
        if code is None or self._hazards.now() - code.issued_at > _LASTS:
            raise ApiError("invalid_code")
        if (redirect_uri or "") != code.redirect_uri:
            raise ApiError("bad_redirect_uri")
        return code
