"""The methods that are about the app and its installations, not about one workspace."""

from collections.abc import Callable, Mapping

from bot.json_types import Json
from bot.playground.slack.delivery.envelopes import authorization
from bot.playground.slack.installing.codes import Code, Codes
from bot.playground.slack.installing.installations import Installation, Installations
from bot.playground.slack.installing.removals import Removals
from bot.playground.slack.tenants import Tenants
from bot.playground.slack.web_api.endpoint import AppMethod, Caller
from bot.playground.slack.web_api.errors import ApiError
from bot.playground.slack.web_api.methods import apps
from bot.playground.slack.web_api.methods.paging import page, paged
from bot.playground.slack.web_api.methods.people import auth_test
from bot.playground.slack.web_api.state import ServerState
from bot.playground.slack.workspace.model import Enterprise


class InstallationMethods:
    """One method for each; `table` has them by name."""

    def __init__(
        self,
        installations: Installations,
        removals: Removals,
        codes: Codes,
        tenants: Tenants,
        open_socket: Callable[[], str],
    ) -> None:
        self._installations = installations
        self._removals = removals
        self._codes = codes
        self._tenants = tenants
        self._open_socket = open_socket  # returns the URL of a new Socket Mode connection

    def table(self) -> Mapping[str, AppMethod]:
        """Return the methods by name."""
        return {
            "apps.connections.open": self._open_connection,
            "apps.manifest.create": self._create,
            "apps.manifest.update": self._update,
            "apps.event.authorizations.list": self._authorizations,
            "apps.uninstall": self._uninstall,
            "auth.revoke": self._revoke,
            "auth.teams.list": self._teams,
            "auth.test": self._test,
            "oauth.v2.access": self._access,
            "oauth.v2.exchange": self._exchange,
        }

    def _open_connection(self, _caller: Caller, _args: Json) -> Json:
        return {"url": self._open_socket()}

    def _create(self, _caller: Caller, args: Json) -> Json:
        if errors := [*apps.faults(args["manifest"])]:
            raise ApiError("invalid_manifest", errors=errors)
        registered, home = self._installations.registration, self._home
        self._register(args["manifest"])
        return {
            "app_id": registered.app_id,
            "credentials": {
                "client_id": registered.client_id,
                "client_secret": registered.client_secret,
                "verification_token": "playground-verification",
                "signing_secret": registered.signing_secret,
            },
            "oauth_authorize_url": f"{self._tenants.url}/oauth/v2/authorize",
            "team_id": home.workspace.team_id,
            "team_domain": "acme",
        }

    def _update(self, _caller: Caller, args: Json) -> Json:
        answer = apps.update(self._home, args)
        self._register(args["manifest"])
        return answer

    @property
    def _home(self) -> ServerState:
        return self._tenants[self._installations.registration.home_team].state

    def _register(self, manifest: Json) -> None:
        """Take over what the manifest says about installing."""
        registered = self._installations.registration
        self._home.manifest = manifest
        registered.redirect_urls = list(manifest.get("oauth_config", {}).get("redirect_urls", []))
        registered.for_organisations = bool(manifest.get("settings", {}).get("org_deploy_enabled"))

    def _access(self, caller: Caller, args: Json) -> Json:
        self._check_client(caller)
        match args.get("grant_type", "authorization_code"):
            case "refresh_token":
                refreshed = self._installations.refresh(args.get("refresh_token", ""))
                return self._answer(refreshed)
            case "authorization_code":
                code = self._codes.redeem(args.get("code", ""), args.get("redirect_uri"))
                if not code.scopes:
                    return self._for_person(code)
                installed = self._installations.install(code.key, code.person, code.scopes)
                return self._answer(installed) | {"authed_user": {"id": code.person}}
            case _:
                raise ApiError("invalid_grant_type")

    def _for_person(self, code: Code) -> Json:
        """Answer where no bot was asked for: there is a token for the person alone."""
        tenant = self._tenants.get(code.key)
        person: Json = {"id": code.person, "scope": ",".join(sorted(code.user_scopes))}
        person |= {"access_token": f"xoxp-{code.person}-playground", "token_type": "user"}
        return {
            "app_id": self._installations.registration.app_id,
            "authed_user": person,
            "team": {"id": code.key} if tenant else None,
            "enterprise": _named(tenant.workspace.enterprise) if tenant else {"id": code.key},
            "is_enterprise_install": tenant is None,
        }

    def _exchange(self, caller: Caller, _args: Json) -> Json:
        self._check_client(caller)
        answer = self._answer(self._installations.exchange(caller.value))
        del answer["is_enterprise_install"]
        return answer

    def _answer(self, installation: Installation) -> Json:
        organisation = installation.organisation
        team: Json | None = None
        if organisation is None:
            workspace = installation.states[0].workspace
            organisation = workspace.enterprise
            team = {"id": workspace.team_id, "name": workspace.team_name}
        answer: Json = {
            "app_id": self._installations.registration.app_id,
            "scope": ",".join(sorted(installation.scopes)),
            "token_type": "bot",
            "access_token": installation.token,
            "bot_user_id": installation.bot_user,
            "team": team,
            "enterprise": _named(organisation),
            "is_enterprise_install": installation.organisation is not None,
        }
        if installation.refresh_token:
            lasts = self._installations.lasts(installation.token)
            answer |= {"expires_in": lasts, "refresh_token": installation.refresh_token}
        return answer

    def _test(self, caller: Caller, args: Json) -> Json:
        installation = self._installations.of_token(caller.value)
        if installation is None or caller.token is None:
            raise ApiError("invalid_auth")
        lasts = self._installations.lasts(caller.value)
        expires = {"expires_in": lasts} if lasts else {}
        if installation.organisation is None:
            return auth_test(installation.states[0], args) | expires
        organisation = installation.organisation
        return {
            "url": f"{self._tenants.url}/enterprise/{organisation.id}/",
            "team": organisation.name,
            "user": "panelbot",
            "team_id": organisation.id,
            "user_id": installation.bot_user,
            "bot_id": installation.bot_id,
            "enterprise_id": organisation.id,
            "is_enterprise_install": True,
        } | expires

    def _revoke(self, caller: Caller, args: Json) -> Json:
        if args.get("test"):
            return {"revoked": False}
        self._removals.revoke(caller.value)
        return {"revoked": True}

    def _uninstall(self, caller: Caller, _args: Json) -> Json:
        self._check_client(caller)
        if installation := self._installations.of_token(caller.value):
            self._removals.uninstall(installation.key)
        return {}

    def _teams(self, caller: Caller, args: Json) -> Json:
        states = caller.token.states if caller.token else ()
        workspaces, cursor = page([state.workspace for state in states], args, 100)
        teams = [{"id": one.team_id, "name": one.team_name} for one in workspaces]
        return paged("teams", teams, cursor)

    def _authorizations(self, _caller: Caller, args: Json) -> Json:
        """List all installations that may see an event, of which its payload names one."""
        _, team_id, channel_id, _ = (args["event_context"].split("-", 3) + [""] * 4)[:4]
        if team_id not in self._tenants:
            raise ApiError("invalid_event_context")
        tenant = self._tenants[team_id]
        channel = tenant.workspace.channels.get(channel_id)
        readers = [
            authorization(workspace, tenant.state.hazards)
            for workspace in tenant.workspace.sharing(channel_id)
            if self._tenants[workspace.team_id].state.installed
            and (channel is None or workspace.bot_user in channel.members)
        ]
        found, cursor = page(readers, args, 100)
        return {"authorizations": list(found), "cursor_next": cursor}

    def _check_client(self, caller: Caller) -> None:
        registration = self._installations.registration
        if caller.client_id != registration.client_id:
            raise ApiError("invalid_client_id")
        if caller.client_secret != registration.client_secret:
            raise ApiError("bad_client_secret")


def _named(organisation: Enterprise | None) -> Json | None:
    return {"id": organisation.id, "name": organisation.name} if organisation else None
