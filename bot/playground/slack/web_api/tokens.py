"""Tokens: what each is for, and in which workspace a call with it acts."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Literal

from bot.json_types import Json
from bot.playground.slack.web_api.errors import ApiError
from bot.playground.slack.web_api.state import ServerState
from bot.playground.slack.workspace.model import Enterprise

TokenKind = Literal["bot", "app", "configuration"]

_ID = re.compile("[A-Z][A-Z0-9]+")
_NEED_TEAM = frozenset(
    {"bots.info", "conversations.list", "users.conversations", "users.list"}
)  # and all of usergroups.*


@dataclass(slots=True)
class Token:
    """A token; *states* are those of the workspaces in which it may act."""

    kind: TokenKind
    states: Sequence[ServerState]
    organisation: Enterprise | None = None  # of an org-wide installation
    beside: Mapping[str, ServerState] = field(default_factory=dict)  # of all workspaces, by id
    expires_at: float = inf
    problem: str = ""  # Slack's code for why it is not taken any more

    @property
    def team_id(self) -> str:
        """The workspace, or else the organisation, that it is for."""
        return self.organisation.id if self.organisation else self.states[0].workspace.team_id

    def state_for(self, method: str, args: Json) -> ServerState:
        """Return the workspace in which a call acts, or raise ApiError.

        A token of one workspace acts there. An org-wide one acts where what it names is, which may
        be a workspace that the app has not been added to; some methods need to be told the team.
        """
        if self.organisation is None:
            return self.states[0]
        if team_id := str(args.get("team_id") or ""):
            return self._granted(lambda state: state.workspace.team_id == team_id, "team_not_found")
        if method in _NEED_TEAM or method.startswith("usergroups."):
            raise ApiError("missing_argument", "[ERROR] missing required field: team_id")
        if not _ID.fullmatch(str(args.get("channel", "C0"))):
            raise ApiError("team_not_found")  # a name, of which several workspaces may have one
        return self._granted(lambda state: _holds(state, args), "")

    def _granted(self, wanted: Callable[[ServerState], bool], unknown: str) -> ServerState:
        """Return the first workspace that is *wanted*; the error *unknown* if there is none."""
        for state in self.states:
            if wanted(state):
                return state
        others = [s for s in self.beside.values() if s.workspace.enterprise == self.organisation]
        if not self.states or any(map(wanted, others)):
            raise ApiError("team_access_not_granted")
        if unknown:
            raise ApiError(unknown)
        return self.states[0]  # which does not know what the call names either


def _holds(state: ServerState, args: Json) -> bool:
    """Whether what a call names is in that workspace."""
    workspace = state.workspace
    homes = {view.id for view in workspace.homes.values()}
    places = (
        (("channel", "channel_id"), workspace.channels.keys() | workspace.users.keys()),
        (("user", "users", "user_id"), workspace.users.keys()),
        (("trigger_id",), state.triggers.keys() | state.used_triggers),
        (("view_id",), workspace.views.keys() | homes),
        (("file",), workspace.files.keys()),
        (("team",), {workspace.team_id}),
    )
    for names, known in places:
        if named := next((str(args[name]) for name in names if args.get(name)), ""):
            return named in known
    return True
