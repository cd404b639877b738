"""What happens in Slack that its page does not offer."""

from bot.json_types import Json
from bot.playground.slack.server import SlackPlayground
from bot.playground.slack.workspace.messages import snapshot
from bot.playground.slack.workspace.state import Enterprise


def make_private(slack: SlackPlayground, user: str, channel: str) -> None:
    """Let *user* make a public channel private: it keeps its id, and says so."""
    slack.workspace.channels[channel].kind = "group"
    words = "made this channel *private*."
    slack.people.say(user, channel, words, subtype="channel_convert_to_private")


def rename(slack: SlackPlayground, user: str, channel: str, name: str) -> None:
    """Let *user* rename a channel, of which apps are told in two ways."""
    found = slack.workspace.channels[channel]
    found.name, old = name, found.name
    kind = "group" if found.kind == "group" else "channel"
    renamed = {"id": channel, "name": name, "name_normalized": name, "created": 1360782804}
    slack.people.tell({"type": f"{kind}_rename", "channel": renamed})
    words = f'has renamed the channel from "{old}" to "{name}"'
    slack.people.say(user, channel, words, subtype=f"{kind}_name")


def begin_migration(slack: SlackPlayground, organisation: Enterprise) -> None:
    """Begin to move the workspace into an organisation; until it is there, it refuses calls."""
    slack.state.is_migrating = True
    slack.people.tell({"type": "grid_migration_started", "enterprise_id": organisation.id})


def finish_migration(slack: SlackPlayground, organisation: Enterprise) -> None:
    """Let the workspace arrive in its organisation: its ids and the app's token stay."""
    slack.state.is_migrating, slack.workspace.enterprise = False, organisation
    slack.people.tell({"type": "grid_migration_finished", "enterprise_id": organisation.id})


def preview_link(
    slack: SlackPlayground, channel: str, ts: str, url: str, title: str, text: str
) -> None:
    """Let Slack attach a link's preview to a message, as it does a moment later."""
    message = slack.workspace.message(channel, ts)
    assert message
    before = snapshot(message)
    preview = {
        "from_url": url,
        "original_url": url,
        "title": title,
        "title_link": url,
        "text": text,
        "fallback": title,
    }
    message.attachments = [*message.attachments, preview]
    slack.workspace.updated(message, before)


def grant_access(slack: SlackPlayground, enterprise_id: str, team_id: str) -> None:
    """Let an admin add the org-wide app to a workspace."""
    slack.installations.add_to(enterprise_id, team_id)
    _tell_of_access(slack, "granted", enterprise_id, team_id)


def revoke_access(slack: SlackPlayground, enterprise_id: str, team_id: str) -> None:
    """Let an admin remove the org-wide app from a workspace."""
    slack.installations.take_from(enterprise_id, team_id)
    _tell_of_access(slack, "revoked", enterprise_id, team_id)


def _tell_of_access(slack: SlackPlayground, verb: str, enterprise_id: str, team_id: str) -> None:
    event: Json = {"type": f"team_access_{verb}", "team_ids": [team_id]}
    event["event_ts"] = slack.tenants[team_id].workspace.new_ts()
    slack.removals.deliver([slack.removals.of_organisation(enterprise_id, event)], 0)
