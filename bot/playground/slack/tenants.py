"""The workspaces of the local Slack, each with its own people and its own state of the app."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.playground.slack.delivery.delivery import Deliverer
from bot.playground.slack.delivery.response_urls import ResponseUrls
from bot.playground.slack.hazards import Hazards
from bot.playground.slack.people.acting import PeopleActing
from bot.playground.slack.web_api.state import ServerState
from bot.playground.slack.workspace.state import Enterprise, Workspace


@dataclass(slots=True)
class Tenant:
    """A workspace, and what runs for it."""

    workspace: Workspace
    state: ServerState
    people: PeopleActing
    response_urls: ResponseUrls
    approves_apps: bool = False  # an admin has to approve the app before anybody may install it
    refuses_apps: str = ""  # why a policy of the workspace keeps all new apps out
    requests: list[str] = field(default_factory=list)  # the people who have asked for the app


class Tenants:
    """All workspaces; they share what carries payloads to the app, and the hazards."""

    def __init__(self, hazards: Hazards, deliverer: Deliverer, events: frozenset[str]) -> None:
        self._hazards = hazards
        self._deliverer = deliverer
        self.events = events
        self.states: dict[str, ServerState] = {}
        self._by_team: dict[str, Tenant] = {}
        self.url = ""

    def __getitem__(self, team_id: str) -> Tenant:
        return self._by_team[team_id]

    def get(self, team_id: str) -> Tenant | None:
        """Return a workspace, if there is one of that id."""
        return self._by_team.get(team_id)

    def __iter__(self) -> Iterator[Tenant]:
        return iter(self._by_team.values())

    def __contains__(self, team_id: str) -> bool:
        return team_id in self._by_team

    def add(self, workspace: Workspace, scopes: set[str] | None = None) -> Tenant:
        """Add a workspace; without *scopes*, the app is not installed there yet."""
        state = ServerState(workspace, self._hazards, scopes or set(), events=self.events)
        state.installed = scopes is not None
        state.beside = self.states
        response_urls = ResponseUrls(state)
        people = PeopleActing(state, self._deliverer, response_urls)
        tenant = Tenant(workspace, state, people, response_urls)
        self.states[workspace.team_id] = state
        self._by_team[workspace.team_id] = tenant
        self._put_at(tenant)
        return tenant

    def of(self, enterprise_id: str) -> list[Tenant]:
        """Return the workspaces of an organisation."""
        return [
            t for t in self if t.workspace.enterprise and t.workspace.enterprise.id == enterprise_id
        ]

    def organisations(self) -> list[Enterprise]:
        """Return the organisations, each once."""
        found = {t.workspace.enterprise for t in self if t.workspace.enterprise}
        return sorted(found, key=lambda organisation: organisation.id)

    def serve_at(self, url: str) -> None:
        """Put the first workspace at *url*, and each other one below it."""
        self.url = url
        for tenant in self:
            self._put_at(tenant)

    def _put_at(self, tenant: Tenant) -> None:
        team_id = tenant.workspace.team_id
        is_first = team_id == next(iter(self._by_team))
        url = self.url if is_first or not self.url else f"{self.url}/team/{team_id}"
        tenant.state.url = tenant.workspace.url = url
