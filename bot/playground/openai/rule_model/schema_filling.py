"""Filling in a JSON schema without understanding it: strict arguments, structured answers."""

from collections.abc import Mapping
from typing import Any

from bot.json_types import Json
from bot.playground.openai.words import score

_DEEPEST = 12  # schemas may refer to themselves


def fill(schema: Json, text: str, hints: Mapping[str, str]) -> Any:
    """Return a value that follows *schema*: strings from *hints* by name, else *text*."""
    return _Filler(schema, text, hints).value(schema, "", 0)


class _Filler:
    def __init__(self, root: Json, text: str, hints: Mapping[str, str]) -> None:
        self._root = root
        self._text = text
        self._hints = hints

    def value(self, schema: Json, name: str, depth: int) -> Any:
        if depth > _DEEPEST:
            return None
        if reference := schema.get("$ref"):
            return self.value(self._resolved(reference), name, depth + 1)
        for several in ("anyOf", "oneOf"):
            if several in schema:
                return self._one_of(schema[several], name, depth)
        if "const" in schema:
            return schema["const"]
        if options := schema.get("enum"):
            return max(options, key=lambda option: score(self._text, str(option)))
        return self._of_type(schema, name, depth)

    def _one_of(self, schemas: list[Json], name: str, depth: int) -> Any:
        if depth > _DEEPEST // 2 and any(schema.get("type") == "null" for schema in schemas):
            return None
        real = [schema for schema in schemas if schema.get("type") != "null"]
        return self.value(real[0], name, depth + 1) if real else None

    def _of_type(self, schema: Json, name: str, depth: int) -> Any:
        kind = schema.get("type")
        if isinstance(kind, list):
            kind = next((one for one in kind if one != "null"), "null")
        match kind:
            case "object":
                parts = (schema.get("properties") or {}).items()
                return {key: self.value(part, key, depth + 1) for key, part in parts}
            case "array":
                items = schema.get("items") or {"type": "string"}
                wanted = max(1, schema.get("minItems", 1)) if depth < _DEEPEST // 2 else 0
                return [self.value(items, name, depth + 1) for _ in range(wanted)]
            case "integer" | "number":
                return _number(schema)
            case "boolean":
                return False
            case "null":
                return None
            case _:
                told = self._hints.get(name, self._text)
                return told[: schema.get("maxLength", len(told))]

    def _resolved(self, reference: str) -> Json:
        found: Any = self._root
        for step in reference.removeprefix("#").strip("/").split("/"):
            found = found[step] if step else found
        return dict(found)


def _number(schema: Json) -> int | float:
    lowest: int | float = schema.get("minimum", 0)
    highest: int | float = schema.get("maximum", lowest)
    return max(lowest, min(highest, 0)) if lowest <= 0 else lowest
