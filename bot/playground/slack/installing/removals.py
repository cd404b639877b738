"""How the app gets out of workspaces, and the events that tell of it."""

from collections.abc import Sequence

from bot.json_types import Json
from bot.playground.slack.delivery.delivery import Deliverer
from bot.playground.slack.delivery.envelopes import event_callback, organisation_event
from bot.playground.slack.hazards import Hazards
from bot.playground.slack.installing.installations import Installation, Installations
from bot.playground.slack.tenants import Tenants


class Removals:
    """Admins who take the app out, of a workspace or an organisation or of one of its workspaces.

    The two events of a removal come in the order, as late and as often as the hazards say.
    """

    def __init__(
        self,
        installations: Installations,
        tenants: Tenants,
        deliverer: Deliverer,
        hazards: Hazards,
    ) -> None:
        self._installations = installations
        self._tenants = tenants
        self._deliverer = deliverer
        self._hazards = hazards

    def uninstall(self, key: str, problem: str = "account_inactive") -> None:
        """Take the app out; its tokens answer *problem* from then on."""
        installation = self._installations.by_key[key]
        revoked: Json = {"oauth": [], "bot": [installation.bot_user]}
        events: list[Json] = [
            {"type": "tokens_revoked", "tokens": revoked},
            {"type": "app_uninstalled"},
        ]
        if self._hazards.removals == "app first":
            events.reverse()
        payloads = [self._payload(installation, event) for event in events]
        self._installations.remove(key, problem)
        self.deliver(payloads, self._hazards.removals_come_after)

    def revoke(self, token: str) -> None:
        """Revoke a token: without the only one it has, the app is uninstalled."""
        installation = self._installations.of_token(token)
        if installation and installation.key in self._installations.by_key:
            self.uninstall(installation.key, "token_revoked")

    def _payload(self, installation: Installation, event: Json) -> Json:
        if installation.organisation is None:
            workspace = installation.states[0].workspace
            return event_callback(workspace, event, self._deliverer.new_event_id())
        return self.of_organisation(installation.organisation.id, event)

    def of_organisation(self, enterprise_id: str, event: Json) -> Json:
        """Return the payload of an *event* of a whole organisation."""
        named = ""
        if self._hazards.org_removals_name_a_team:
            named = self._tenants.of(enterprise_id)[0].workspace.team_id
        return organisation_event(enterprise_id, event, self._deliverer.new_event_id(), named)

    def deliver(self, payloads: Sequence[Json], after: float) -> None:
        """Deliver events, as late and as often as the hazards say."""
        hazards = self._hazards
        for payload in payloads:
            if payload["event"]["type"] in self._tenants.events:
                later = after + hazards.delay()
                copies, again = hazards.copies(), hazards.redelivers
                self._deliverer.event(payload, copies=copies, after=later, again=again)
