"""What happens on Slack's install page: who may install the app where, and where they go then."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from bot.playground.slack.installing.codes import Codes
from bot.playground.slack.installing.installations import Installations
from bot.playground.slack.tenants import Tenant, Tenants
from bot.playground.slack.web_api.errors import ApiError
from bot.playground.slack.workspace.state import User


@dataclass(frozen=True, slots=True)
class InstallRequest:
    """What the link to the install page asks for, once it has been checked."""

    scopes: frozenset[str]
    user_scopes: frozenset[str]
    redirect_uri: str  # where people go afterwards
    given_uri: str  # the same as it stands in the link; empty: the link has none
    state: str
    team: str  # that the link names
    optional: frozenset[str] = frozenset()  # of the scopes: people may untick these

    def location(self, **result: str) -> str:
        """Return where somebody goes with *result*; the state goes along."""
        result |= {"state": self.state} if self.state else {}
        mark = "&" if urlsplit(self.redirect_uri).query else "?"
        return f"{self.redirect_uri}{mark}{urlencode(result)}"


@dataclass(frozen=True, slots=True)
class Choice:
    """Somebody, and where they could install the app: a workspace or an organisation."""

    key: str
    place: str
    person: User
    asks: bool  # an admin has to approve: they can only send a request


class Consent:
    """The decisions of people about the app."""

    def __init__(self, installations: Installations, tenants: Tenants, codes: Codes) -> None:
        self._registration = installations.registration
        self._installations = installations
        self._tenants = tenants
        self._codes = codes

    def read(self, query: Mapping[str, str]) -> InstallRequest:
        """Return what the link asks for; raises ApiError with the code that Slack's page shows."""
        if query.get("client_id") != self._registration.client_id:
            raise ApiError("invalid_client_id")
        manifest = self._tenants[self._registration.home_team].state.manifest
        oauth = manifest.get("oauth_config", {})
        registered = [*self._registration.redirect_urls, *oauth.get("redirect_urls", ())]
        given = query.get("redirect_uri", "")
        if not registered or (given and given not in registered):
            raise ApiError("bad_redirect_uri")
        scopes, user_scopes = _scopes(query.get("scope")), _scopes(query.get("user_scope"))
        if not scopes | user_scopes:
            raise ApiError("invalid_scope")
        state, team = query.get("state", ""), query.get("team", "")
        optional = scopes.intersection(oauth.get("scopes", {}).get("bot_optional", ()))
        target = given or registered[0]
        return InstallRequest(scopes, user_scopes, target, given, state, team, optional)

    def choices(self, request: InstallRequest, viewer: str = "") -> list[Choice]:
        """Return who could install the app where; what the link names comes first.

        Without a name it is where somebody is signed in, and *viewer* tells as whom: "T…/U…".
        """
        choices = [*self._in_workspaces(), *self._in_organisations()]
        team, _, person = viewer.partition("/")
        preferred = (request.team or team, person)

        def order(choice: Choice) -> tuple[bool, bool]:
            return choice.key != preferred[0], choice.person.id != preferred[1]

        return sorted(choices, key=order)

    def allow(
        self,
        request: InstallRequest,
        key: str,
        person: str,
        unticked: frozenset[str] = frozenset(),
    ) -> str:
        """Return where *person* goes who allows it; empty: nowhere, they have sent a request.

        What they have *unticked* of the optional scopes is not granted.
        Raises ApiError with the code that Slack's page shows.
        """
        known = [c for c in self.choices(request) if (c.key, c.person.id) == (key, person)]
        if not known:
            raise ApiError("user_not_found")
        self._installations.check(key)
        tenant = self._tenants.get(key)
        if tenant and tenant.refuses_apps:
            return request.location(error="access_denied", error_description=tenant.refuses_apps)
        if tenant and known[0].asks:
            tenant.requests.append(person)
            return ""
        scopes, user_scopes = request.scopes - unticked, request.user_scopes
        code = self._codes.new(key, person, scopes, user_scopes, request.given_uri)
        return request.location(code=code)

    def cancel(self, request: InstallRequest) -> str:
        """Return where somebody goes who does not allow it."""
        return request.location(error="access_denied")

    def _in_workspaces(self) -> Iterator[Choice]:
        for tenant in self._tenants:
            for person in _people(tenant):
                asks = tenant.approves_apps and not person.is_admin
                yield Choice(tenant.workspace.team_id, tenant.workspace.team_name, person, asks)

    def _in_organisations(self) -> Iterator[Choice]:
        if not self._registration.for_organisations:
            return
        for organisation in self._tenants.organisations():
            place = f"{organisation.name} (all of the organisation)"
            people = {p.id: p for t in self._tenants.of(organisation.id) for p in _people(t)}
            for person in people.values():
                if person.is_admin:
                    yield Choice(organisation.id, place, person, asks=False)


def _people(tenant: Tenant) -> list[User]:
    users = tenant.workspace.users.values()
    return [u for u in users if not (u.is_bot or u.is_stranger or u.is_restricted)]


def _scopes(text: str | None) -> frozenset[str]:
    return frozenset(filter(None, (text or "").replace(" ", ",").split(",")))
