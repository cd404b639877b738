"""The app as Slack has it: the link that creates it, and what an update leaves of it.

Slack replaces a manifest as a whole, so an update has to hold what people have set by hand.
Source: https://docs.slack.dev/reference/methods/apps.manifest.update.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from urllib.parse import quote, urlsplit

from bot.json_types import Json

_SLACK = "slack"


def apps_page(api_url: str) -> str:
    """Return the address of the page that lists the apps, of the Slack with that Web API."""
    parts = urlsplit(api_url)
    host = parts.hostname or ""
    if host.startswith(_SLACK):  # slack.com, slack-gov.com
        return f"https://api.{host}/apps"
    return f"{parts.scheme}://{parts.netloc}/apps"


def creation_link(api_url: str, manifest: Json) -> str:
    """Return the link that opens Slack's form for a new app with *manifest* in it."""
    written = json.dumps(manifest, separators=(",", ":"), ensure_ascii=False)
    return f"{apps_page(api_url)}?new_app=1&manifest_json={quote(written, safe='')}"


def merged(existing: Json, wanted: Json) -> Json:
    """Return *existing* with all that the bot needs, and with whatever else there is.

    Names, descriptions, addresses and the way events come stay as they are.
    """
    result = deepcopy(existing)
    features, ours = result.setdefault("features", {}), wanted["features"]
    features["agent_view"] = ours["agent_view"] | features.get("agent_view", {})
    features["app_home"] = ours["app_home"]
    features["bot_user"] = ours["bot_user"] | features.get("bot_user", {})
    commands = features.get("slash_commands", [])
    address = next(({"url": one["url"]} for one in commands if "url" in one), {})
    needed_commands = [one | address for one in ours["slash_commands"]]
    features["slash_commands"] = _with(needed_commands, commands, "command")
    features["shortcuts"] = _with(ours["shortcuts"], features.get("shortcuts", []), "callback_id")
    _add_scopes(result, wanted["oauth_config"]["scopes"])
    if addresses := wanted["oauth_config"].get("redirect_urls"):
        oauth = result["oauth_config"]
        oauth["redirect_urls"] = _union(addresses, oauth.get("redirect_urls", []))
    settings, needed = result.setdefault("settings", {}), wanted["settings"]
    events = settings.setdefault("event_subscriptions", {})
    new_events = needed["event_subscriptions"]["bot_events"]
    events["bot_events"] = _union(new_events, events.get("bot_events", []))
    settings["interactivity"] = settings.get("interactivity", {}) | {"is_enabled": True}
    for name in ("org_deploy_enabled", "socket_mode_enabled", "token_rotation_enabled"):
        settings.setdefault(name, needed[name])
    return result


def _add_scopes(manifest: Json, wanted: Mapping[str, Sequence[str]]) -> None:
    scopes = manifest.setdefault("oauth_config", {}).setdefault("scopes", {})
    scopes["bot"] = _union(wanted["bot"], scopes.get("bot", []))
    optional = _union(wanted["bot_optional"], scopes.get("bot_optional", []))
    scopes["bot_optional"] = [one for one in optional if one not in scopes["bot"]]


def _union(ours: Iterable[str], theirs: Iterable[str]) -> list[str]:
    return sorted({*ours, *theirs})


def _with(ours: Sequence[Json], theirs: Sequence[Json], name: str) -> list[Json]:
    known = {one[name] for one in ours}
    return [*ours, *(one for one in theirs if one.get(name) not in known)]
