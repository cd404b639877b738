"""``apps.manifest.*`` and its icon: for whoever has an app configuration token."""

from collections.abc import Iterator

from bot.json_types import Json
from bot.playground.slack.web_api.errors import ApiError
from bot.playground.slack.web_api.methods.method import Method
from bot.playground.slack.web_api.state import ServerState
from bot.playground.slack.workspace.company import APP_ID

_LONGEST_NAME = 35
_PNG = b"\x89PNG\r\n\x1a\n"
_SMALLEST, _LARGEST = 512, 2000  # pixels


def faults(manifest: Json) -> Iterator[Json]:
    """Yield what is wrong with *manifest*, as Slack tells it; only the most common."""
    name = manifest.get("display_information", {}).get("name")
    if not name or len(name) > _LONGEST_NAME:
        yield {"message": "Must be 1 to 35 characters", "pointer": "/display_information/name"}
    settings = manifest.get("settings", {})
    receiver = settings.get("event_subscriptions", {}).get("request_url")
    if not settings.get("socket_mode_enabled") and not receiver:
        yield {
            "message": "Event Subscription requires either Request URL or Socket Mode Enabled",
            "pointer": "/settings/event_subscriptions",
        }


def export(state: ServerState, args: Json) -> Json:
    """Return the manifest of the app."""
    _check_app(args)
    return {"manifest": state.manifest}


def update(state: ServerState, args: Json) -> Json:
    """Replace the manifest of the app; new scopes are granted when it is installed anew."""
    _check_app(args)
    if errors := [*faults(args["manifest"])]:
        raise ApiError("invalid_manifest", errors=errors)
    before, state.manifest = state.manifest, args["manifest"]
    changed = _scopes(before) != _scopes(state.manifest)
    return {"app_id": APP_ID, "permissions_updated": changed}


def validate(_state: ServerState, args: Json) -> Json:
    """Tell what is wrong with a manifest."""
    if errors := [*faults(args["manifest"])]:
        raise ApiError("invalid_manifest", errors=errors)
    return {}


def set_icon(state: ServerState, args: Json) -> Json:
    """Set the app's icon: a square picture, here a PNG, of 512 to 2000 pixels a side."""
    _check_app(args)
    icon = args.get("file")
    if icon is None:
        raise ApiError("invalid_arguments", "[ERROR] this Slack fetches no icon: send the file")
    if icon[:8] != _PNG:
        raise ApiError("invalid_file_type")
    width, height = (int.from_bytes(icon[at : at + 4], "big") for at in (16, 20))
    if width != height or not _SMALLEST <= width <= _LARGEST:
        raise ApiError("bad_image_dimensions")
    state.icon = icon
    return {}


def _check_app(args: Json) -> None:
    if args["app_id"] != APP_ID:
        raise ApiError("app_not_found")


def _scopes(manifest: Json) -> object:
    return manifest.get("oauth_config", {}).get("scopes")


METHODS: dict[str, Method] = {
    "apps.icon.set": set_icon,
    "apps.manifest.export": export,
    "apps.manifest.validate": validate,
}
