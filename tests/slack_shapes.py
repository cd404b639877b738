"""Slack's events in every shape that its own samples and schemas suggest, and in others."""

import copy
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

from bot.adapters.slack.app.manifest import ADD_EXPERT, ASK_PANEL
from bot.adapters.slack.blocks import pickers
from bot.adapters.slack.buttons import sources_modal, thumbs
from bot.adapters.slack.buttons.reply_buttons import (
    APPROVE,
    ASK_OTHERS,
    DECLINE,
    MORE,
    RETRY,
    SHOW_WORK,
    STOP,
    TRY_NOW,
)
from bot.adapters.slack.documents import document_forms, document_messages
from bot.adapters.slack.experts import expert_form, form_inputs
from bot.adapters.slack.home import home_modals, home_view, turning
from bot.json_types import Json
from bot.playground.slack.delivery.delivery import Kind

ODD: Sequence[Any] = (
    None, "", "x", 0, -1, 2**70, 1.5, True, [], {}, [None], [[]], {"type": None}, {"type": "poem"},
    [{"type": "poem", "lines": [{"text": "roses"}]}], ["text"], {"text": {"text": {"text": []}}},
)  # fmt: skip
SCHEMAS = {"EvMessage": "message", "EvAppMention": "app_mention"}
COMMANDS = ("", "add", "legal", "remove nobody", "teach legal", "poem")
ACTIONS = (
    *(home_view.EXPERT, home_view.ADD_NEW, home_view.ADD_LISTED, home_view.SYNTHESIS),
    *(
        home_view.MONTH,
        turning.PAGE,
        sources_modal.ACTION,
        thumbs.FEEDBACK,
        document_messages.REMOVE,
    ),
    *(RETRY, TRY_NOW, APPROVE, DECLINE, STOP, MORE, ASK_OTHERS, SHOW_WORK, "unheard_of"),
)
MENUS = (pickers.WHO, form_inputs.VALUE, home_view.ADD_LISTED, "unheard_of")
SHORTCUTS = (ASK_PANEL, ADD_EXPERT, "unheard_of")
FORMS = (
    *(expert_form.CALLBACK, expert_form.HOME_CALLBACK, home_modals.REMOVAL, thumbs.CALLBACK),
    *(pickers.ASK, pickers.JOIN, document_forms.CALLBACK, "unheard_of"),
)
# What tells who wrote a message, where, and whom it addresses.
TELLING = ("type", "subtype", "hidden", "user", "bot_id", "bot_profile", "text", "ts", "channel")


class Shapes:
    """Makes payloads of Slack's samples and schemas; the same for the same *seed*."""

    def __init__(self, folder: Path, seed: int) -> None:
        self._random = Random(seed)  # noqa: S311 - must be repeatable, no secret
        self._folder = folder

    def body(self) -> Json:
        """Return any event, with some of its fields spoilt."""
        body = self._sample("events/*.json")
        if self._random.random() < 0.5:
            body["event"] = self._event()
        for _ in range(self._random.randrange(4)):
            self._spoil(body)
        return body

    def event(self) -> tuple[Kind, Json]:
        """Return any event, and how it is delivered."""
        return "events_api", self.body()

    def interaction(self) -> tuple[Kind, Json]:
        """Return any command, click or form for a listener of ours, with some fields spoilt."""
        name = self._random.choice(("SlashCommand", "BlockAction", "MessageShortcut", "View"))
        if name == "View":
            name = self._random.choice(("ViewSubmission", "ViewClosed"))
        body = self._sample(f"interactive/{name}Payload.json")
        if name == "SlashCommand":
            body |= {"command": "/experts", "text": self._random.choice(COMMANDS)}
        elif name == "BlockAction":
            body["actions"][0]["action_id"] = self._random.choice(ACTIONS)
        elif name == "MessageShortcut":
            body["callback_id"] = self._random.choice(SHORTCUTS)
        else:
            body["view"]["callback_id"] = self._random.choice(FORMS)
            if self._random.random() < 0.3:  # somebody types in a menu of it
                body |= {"type": "block_suggestion", "block_id": form_inputs.CONSULTS, "value": "a"}
                body["action_id"] = self._random.choice(MENUS)
        for _ in range(self._random.randrange(4)):
            self._spoil(body)
        if name == "SlashCommand":  # a form: all is text; and of no other app
            body = {n: f for n, f in body.items() if isinstance(f, str)} | {"command": "/experts"}
        return "slash_commands" if name == "SlashCommand" else "interactive", body

    def message(self, **telling: Any) -> Json:
        """Return a message event that has *telling*; any of its other fields may be spoilt."""
        event = {name: field for name, field in self._event().items() if name not in TELLING}
        for _ in range(self._random.randrange(4)):
            self._spoil(event)
        kind = self._random.choice(("message", "app_mention"))
        teams = self._random.choice(([], None, [{"team_id": None}, {"team_id": "T0ACME"}, None]))
        event = {"type": kind, **{n: f for n, f in event.items() if n not in TELLING}, **telling}
        return {"type": "event_callback", "event": event, "authorizations": teams}

    def _event(self) -> Json:
        name = self._random.choice((*SCHEMAS, "sample"))
        if name == "sample":
            event: Json = self._sample("events/Message*.json")["event"]
            return event
        schema = json.loads((self._folder / f"schemas/{name}.json").read_text())
        made = self._of(schema, schema["definitions"], 0)
        return made if isinstance(made, dict) else {}

    def _sample(self, pattern: str) -> Json:
        path = self._random.choice(sorted((self._folder / "samples").glob(pattern)))
        sample: Json = json.loads(path.read_text())
        return sample

    def _of(self, schema: Json, known: Json, depth: int) -> Any:
        """Return a value that follows *schema*."""
        random = self._random
        match schema:
            case {"$ref": str(ref)}:
                return self._of(known[ref.rpartition("/")[2]], known, depth)
            case {"const": value}:
                return value
            case {"enum": list(values)}:
                return random.choice(values)
            case {"anyOf": list(schemas)}:
                return self._of(random.choice(schemas), known, depth)
            case {"type": "object"} | {"properties": _}:
                required, fields = schema.get("required", ()), schema.get("properties", {})
                wanted = [n for n in fields if n in required or random.random() < 0.5 - depth / 20]
                return {name: self._of(fields[name], known, depth + 1) for name in wanted}
            case {"type": "array"}:
                count = random.randrange(3) if depth < 10 else 0
                return [self._of(schema.get("items", {}), known, depth + 1) for _ in range(count)]
            case {"type": "string"}:
                return random.choice(("", "words", "U0BEN", "1700000000.000100", "<@U0BEN> & <x>"))
            case {"type": "boolean"}:
                return random.random() < 0.5
            case {"type": "number" | "integer"}:
                return random.choice((0, 1, 7, -3))
            case _:
                return copy.deepcopy(random.choice(ODD))

    def _spoil(self, value: Json) -> None:
        """Drop a field somewhere in *value*, or put something odd in its place."""
        places = list(_places(value))
        if not places:  # all of it is gone already
            return
        holder, key = self._random.choice(places)
        if isinstance(holder, dict) and self._random.random() < 0.3:
            del holder[key]
        else:
            holder[key] = copy.deepcopy(self._random.choice(ODD))


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield each place in *value*, as what holds it and its key."""
    keys = value.keys() if isinstance(value, dict) else range(len(value))
    for key in keys:
        yield value, key
        if isinstance(value[key], dict | list):
            yield from _places(value[key])
