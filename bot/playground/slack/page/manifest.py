"""The commands, shortcuts and suggested prompts in the app's manifest."""

from collections.abc import Mapping

from bot.json_types import Json


def manifest_entities(manifest: Mapping[str, Json]) -> dict[str, Json]:
    """Return the commands and message shortcuts of *manifest* as entities for the page."""
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
    """Return the prompts that *manifest* suggests in the app's direct messages, if any."""
    agent = manifest.get("features", {}).get("agent_view", {})
    return {"prompts": agent["suggested_prompts"]} if agent.get("suggested_prompts") else None
