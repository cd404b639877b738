"""The steps that a worker takes, by the names under which traps wait for them.

``journal RouterAsked`` is the writing of that entry, ``queue claim`` a script of the queue,
``slack reply`` the posting of an expert's answer, ``model router`` the request that routes,
``model answer`` the second of an expert who has consulted another.
"""

import json
import re
from collections.abc import Mapping, Sequence
from hashlib import sha1
from importlib.resources import files
from typing import Any, get_args

from bot.adapters.redis.connection.scripting import Script
from bot.panel.journal.events import TurnEvent
from tests.faults.brain import is_router

_SCRIPTS = files("bot.adapters.redis").joinpath("scripts")
_NAMES = [one.name.removesuffix(".lua") for one in _SCRIPTS.iterdir() if one.name != "common.lua"]
_BY_DIGEST = {Script(name)._digest: name for name in _NAMES}
_ENTRY = re.compile(rb'\S+ \["(\w+)"')
_ID = re.compile(r"/(conv|msg|fc|fco|rs|resp)_\w+")

_RARE = {"CallAdopted", "ExpertFailed", "Retried"}  # only after other faults
# No expert has tools here: see tests/panel/test_showing.py and test_permission.py.
_NOT_HERE = {"UploadOpened", "FileStored", "ApprovalAsked"}
_NAMES = [kind.__name__ for kind in get_args(TurnEvent)]
_KINDS = [name for name in _NAMES if not name.startswith("Stream")]  # nobody asks in a DM here

JOURNAL = tuple(f"journal {kind}" for kind in _KINDS if kind not in _RARE | _NOT_HERE)
QUEUE = ("queue claim", "queue read", "queue done", "queue outbox_put", "queue outbox_settle")
LINKS = ("links save",)
SLACK = (
    "slack status",
    "slack plan",
    "slack reply",
    "slack synthesis",
    "slack router",
    "slack update",
)
MODEL = (
    "model open",
    "model router",
    "model expert",
    "model answer",
    "model closing",
    "model append",
    "model relabel",
)


def of_redis(command: Sequence[bytes]) -> Sequence[str]:
    """Return the steps that a command to Redis is: several if it writes several entries."""
    script = _script(command)
    match script:
        case "append":
            entries = map(_ENTRY.match, command[7:])  # behind digest, key, thread, token and again
            return [f"journal {entry[1].decode()}" for entry in entries if entry]
        case "save_links":
            return ["links save"]
        case "":
            return []
        case _:
            return [f"queue {script}"]


def of_slack(method: str, args: Mapping[str, Any]) -> str:
    """Return the step that a call of Slack's API is."""
    match method:
        case "chat.postMessage":
            return f"slack {part_of(args.get('metadata')).partition(':')[0]}"
        case "chat.update":
            return "slack update"
        case "assistant.threads.setStatus":
            return "slack status"
        case _:
            return f"slack {method}"


def of_model(method: str, path: str, body: Mapping[str, Any]) -> str:
    """Return the step that a request to the model's API is."""
    match method, _ID.sub("/*", path):
        case "POST", "/v1/responses":
            return _of_response(body)
        case "POST", "/v1/conversations":
            return "model open"
        case "POST", "/v1/conversations/*":
            return "model relabel"
        case "POST", "/v1/conversations/*/items":
            return "model append"
        case _:
            return "model look"


def _of_response(body: Mapping[str, Any]) -> str:
    """Return which of the router's requests it is, or of an expert's."""
    is_last = bool(body.get("tools")) and body.get("tool_choice") == "none"
    if is_router(body.get("instructions", "")):
        return "model closing" if is_last else "model router"
    return "model answer" if is_last else "model expert"


def part_of(metadata: Any) -> str:
    """Return which part of its turn a message is, by its metadata (perhaps still as JSON)."""
    told = json.loads(metadata) if isinstance(metadata, str) else metadata or {}
    return str(told.get("event_payload", {}).get("part", ""))


def _script(command: Sequence[bytes]) -> str:
    match command[0].upper() if command else b"":
        case b"EVALSHA":
            return _BY_DIGEST.get(command[1].decode(), "")
        case b"EVAL":
            return _BY_DIGEST.get(sha1(command[1], usedforsecurity=False).hexdigest(), "")
        case _:
            return ""
