"""Decisions as OpenAI's client types them: its OpenAPI document has no such operation yet."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from openai.types.decision import Decision
from openai.types.decision_create_params import DecisionCreateParams
from pydantic import TypeAdapter, ValidationError

DECISIONS = "/v1/decisions"
FIELDS = frozenset(DecisionCreateParams.__annotations__)


def check_request(body: Any) -> None:
    """Assert that *body* is a request for decisions."""
    assert isinstance(body, dict)
    assert body.keys() <= FIELDS
    try:
        _exhaust(_params().validate_python(_listed(body)))
    except ValidationError as error:
        raise AssertionError(str(error)) from None


def check_answer(status: int, body: Any) -> None:
    """Assert that *body* is decisions, or an error."""
    if status != 200:
        assert body["error"].keys() == {"message", "type", "param", "code"}
        return
    try:
        Decision.model_validate(body, strict=True)
    except ValidationError as error:
        raise AssertionError(str(error)) from None


@cache
def _params() -> TypeAdapter[DecisionCreateParams]:
    return TypeAdapter(DecisionCreateParams)


def _listed(value: Any) -> Any:
    """Return *value* with each JSON object in a list: pydantic takes an object for one of texts."""
    if isinstance(value, list):
        return [_listed(one) for one in value]
    if not isinstance(value, dict):
        return value
    if value.get("type") == "input_json" and isinstance(value.get("data"), dict):
        return {**value, "data": [value["data"]]}
    return {name: _listed(one) for name, one in value.items()}


def _exhaust(value: Any) -> None:
    """Look at all of *value*: what may be any iterable is checked only as it is iterated over."""
    if isinstance(value, Mapping):
        value = value.values()
    elif not isinstance(value, list | Iterator):
        return
    for one in value:
        _exhaust(one)
