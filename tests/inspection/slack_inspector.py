"""Looks at every call that the bot has made of the local Slack's methods.

What does not follow Slack's own reference and schemas is told at the end of the test.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bot.playground.slack.web_api.endpoint import Call
from tests.inspection.reference import Reference

# What the reference does not have yet, though Slack's own libraries send it.
NEWER: Mapping[str, frozenset[str]] = {
    "auth.test": frozenset({"team_id", "user_id"}),
    "chat.stopStream": frozenset({"session_status"}),
}
# Methods that the reference does not describe.
UNDESCRIBED = frozenset(
    f"usergroups.{name}" for name in ("create", "disable", "enable", "list", "update", "users.list")
) | {
    "apps.icon.set",
    "apps.manifest.create",
    "apps.manifest.export",
    "apps.manifest.update",
    "apps.uninstall",
    "auth.teams.list",
}
_SENT_ALONG = frozenset({"team_id"})  # by Bolt, to every method
_JSON = ("[", "{")
_CHART = "data_visualization"


class SlackInspector:
    """Holds calls against Slack's method reference, where it is there."""

    def __init__(self, reference: Reference | None) -> None:
        self._reference = reference
        self.problems: list[str] = []
        self.methods: Counter[str] = Counter()

    def look_at(self, calls: Iterable[Call]) -> None:
        """Gather what is wrong with *calls*."""
        calls = list(calls)
        self.problems += [problem for call in calls for problem in _unsealed(call)]
        for call in calls if self._reference else ():
            self.methods[call.method] += 1
            if call.method in UNDESCRIBED:
                continue
            try:
                self._check(call)
            except AssertionError as error:
                self.problems.append(f"{call.method}: {error}")

    def _check(self, call: Call) -> None:
        assert self._reference
        described = self._reference.method(call.method)["args"]
        newer = NEWER.get(call.method, frozenset()) | _SENT_ALONG
        unknown = call.args.keys() - described["properties"].keys() - newer
        assert not unknown, f"there is no {', '.join(sorted(unknown))}"
        missing = set(described.get("required", ())) - {"token"} - call.args.keys()
        assert not missing, f"lacks {', '.join(sorted(missing))}"
        types = {name: one.get("type") for name, one in described["properties"].items()}
        given = {
            name: _meant(value, types.get(name))
            for name, value in call.args.items()
            if name not in newer
        }
        self._reference.check_call(call.method, _without_charts(given))


def _unsealed(call: Call) -> Iterator[str]:
    """Yield the action_ids of whatever people could press and would be believed without a seal."""
    view = _meant(call.args.get("view", "{}"), None)
    is_modal = isinstance(view, dict) and view.get("type") == "modal"
    blocks = view.get("blocks") if isinstance(view, dict) and not is_modal else None
    for block in blocks or _meant(call.args.get("blocks") or "[]", None):
        elements = [*block.get("elements", ()), block.get("accessory") or {}]
        actions = [one["action_id"] for one in elements if "action_id" in one]
        if actions and not str(block.get("block_id")).startswith("sealed."):
            yield f"{call.method}: {', '.join(actions)} has no seal"
    if is_modal and "private_metadata" in view and '"seal"' not in view["private_metadata"]:
        yield f"{call.method}: {view['callback_id']} has no seal"


def _without_charts(given: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments without what the schemas of views do not know yet: charts."""
    view = given.get("view")
    if not isinstance(view, dict):
        return given
    blocks = [one for one in view.get("blocks", ()) if one.get("type") != _CHART]
    return {**given, "view": {**view, "blocks": blocks}}


def _meant(value: Any, kind: str | None) -> Any:
    """Return an argument as it was meant: in a form, all travels as text."""
    if not isinstance(value, str):
        return value
    match kind:
        case "boolean":
            return {"true": True, "1": True, "false": False, "0": False}.get(value, value)
        case "integer" | "number":
            return float(value)
        case _:
            try:
                return json.loads(value) if value.startswith(_JSON) else value
            except ValueError:  # a text that only begins like one
                return value
