"""What the app's manifest offers to people: commands, shortcuts, first questions."""

from collections.abc import Mapping

from bot.json_types import Json


def offers(manifest: Mapping[str, Json]) -> dict[str, Json]:
    """Return the commands and message shortcuts of *manifest* as things for the page."""
    features = manifest.get("features", {})
    commands = {
        f"command:{command['command']}": {
            "kind": "command",
            "name": command["command"],
            "hint": command.get("usage_hint", ""),
            "description": command.get("description", ""),
        }
        for command in features.get("slash_commands", ())
    }
    shortcuts = {
        f"shortcut:{shortcut['callback_id']}": {
            "kind": "shortcut",
            "name": shortcut["name"],
            "callback_id": shortcut["callback_id"],
        }
        for shortcut in features.get("shortcuts", ())
        if shortcut.get("type") == "message"
    }
    return commands | shortcuts


def suggested_prompts(manifest: Mapping[str, Json]) -> Json | None:
    """Return what the app suggests in its direct messages, if its manifest does."""
    agent = manifest.get("features", {}).get("agent_view", {})
    return {"prompts": agent["suggested_prompts"]} if agent.get("suggested_prompts") else None
