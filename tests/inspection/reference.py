"""What Slack publishes about its API, to hold the local one against."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator, ValidationError
from jsonschema.exceptions import best_match

_MOST_SHOWN = 3


class Reference:
    """Slack's method reference, and schemas of answers and events."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._validator = cache(self._make_validator)

    def method(self, name: str) -> dict[str, Any]:
        """Return what is published of a method."""
        found: dict[str, Any] = json.loads((self._folder / f"methods/{name}.json").read_text())
        return found

    def check(self, schema: str, value: Any) -> None:
        """Raise AssertionError unless *value* follows *schema*."""
        errors = list(self._validator(schema).iter_errors(value))
        told = [_told(error) for error in errors[:_MOST_SHOWN]]
        assert not told, f"{schema}: {told}"

    def check_answer(self, method: str, body: Any) -> None:
        """Raise AssertionError unless *body* is an answer of *method*."""
        self.check(f"R_{method.replace('.', '_')}", _without_nulls(body))

    def check_call(self, method: str, args: Any) -> None:
        """Raise AssertionError unless *args* may be given to *method*, where there is a schema."""
        schema = f"A_{method.replace('.', '_')}"
        if (self._folder / f"schemas/{schema}.json").exists():
            self.check(schema, args)

    def sample(self, path: str) -> dict[str, Any]:
        """Return one of Slack's own samples."""
        found: dict[str, Any] = json.loads((self._folder / path).read_text())
        return found

    def _make_validator(self, schema: str) -> Draft7Validator:
        return Draft7Validator(json.loads((self._folder / f"schemas/{schema}.json").read_text()))


def _told(error: ValidationError) -> str:
    """Return where and what, of the alternative that fits best where there are several."""
    best = best_match([error]) or error
    return f"{best.json_path}: {best.message[:300]}"


def _without_nulls(value: Any) -> Any:
    """Return *value* without what is null: Slack sends it, its types know only of what is there."""
    match value:
        case dict():
            return {key: _without_nulls(one) for key, one in value.items() if one is not None}
        case list():
            return [_without_nulls(one) for one in value]
        case _:
            return value
