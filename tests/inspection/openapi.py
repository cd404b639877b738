"""OpenAI's own description of its API, to hold answers against."""

import json
from collections.abc import Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from referencing import Registry
from referencing.jsonschema import DRAFT202012

_DOCUMENT = "urn:openapi"
_DELETED_RESPONSE = {"type": "object", "required": ["id", "object", "deleted"]}


class OpenApi:
    """The document, with a validator for each schema that is asked for."""

    def __init__(self, path: Path) -> None:
        self.document = _nullable(json.loads(path.read_text()))
        schemas = self.document["components"]["schemas"]
        schemas["InputItem"]["anyOf"] = schemas["InputItem"].pop("oneOf")  # a message fits two
        for name in ("MCPApprovalResponse", "MCPApprovalResponseResource"):
            schemas[name]["required"].remove("request_id")  # no property, nor in OpenAI's client
        resource = DRAFT202012.create_resource(self.document)
        self._registry: Registry[Any] = Registry().with_resource(_DOCUMENT, resource)
        self._validator = cache(self._make_validator)

    def properties(self, name: str) -> set[str]:
        """Return the fields of a schema, those of what it is made of too."""
        return self._properties(self.document["components"]["schemas"][name])

    def check(self, schema: str, value: Any) -> None:
        """Raise AssertionError unless *value* follows the schema at that pointer."""
        try:
            self._validator(schema).validate(value)
        except ValidationError as error:
            raise AssertionError(f"{schema}: {error.message[:500]} at {error.json_path}") from None

    def operation(self, method: str, path: str) -> str:
        """Return the operation that such a request is. Raises AssertionError if it is none."""
        template = self._template(path)
        assert method.lower() in self.document["paths"][template], f"no {method} {template}"
        return f"{method} {template}"

    def check_request(
        self, method: str, path: str, query: Sequence[tuple[str, str]], body: Any
    ) -> None:
        """Raise AssertionError unless such a request may be made; *body* is None without one."""
        self.operation(method, path)
        template = self._template(path)
        place = f"#/paths/{template.replace('/', '~1')}/{method.lower()}"
        described = self.document["paths"][template][method.lower()]
        self._check_query(described.get("parameters", ()), query)
        wanted = described.get("requestBody")
        if body is None:
            assert not (wanted and wanted.get("required")), f"{method} {template} needs a body"
            return
        assert wanted or body == {}, f"{method} {template} takes no body"
        for kind in wanted["content"] if wanted else ():
            pointer = f"{place}/requestBody/content/{kind.replace('/', '~1')}/schema"
            self._check_body(pointer, wanted["content"][kind]["schema"], body)

    def _check_body(self, pointer: str, schema: Any, body: Any) -> None:
        self.check(pointer, body)
        unknown = body.keys() - self._properties({"allOf": [schema]})
        assert not unknown, f"{pointer}: there is no {', '.join(sorted(unknown))}"

    def _check_query(self, described: Sequence[Any], query: Sequence[tuple[str, str]]) -> None:
        known = {one["name"]: one for one in described if one["in"] == "query"}
        for given, value in query:
            name = given.removesuffix("[]")
            assert name in known, f"there is no parameter {name}"
            schema = self._resolved(known[name]["schema"])
            if schema.get("type") == "array":
                schema = self._resolved(schema["items"])
            number = schema.get("type") == "integer"
            assert not number or value.isdigit(), f"{name}={value} is no number"
            assert value in schema.get("enum", [value]), f"{name}={value} is not known"
        given_names = {name.removesuffix("[]") for name, _ in query}
        needed = {name for name, one in known.items() if one.get("required")}
        assert needed <= given_names, f"lacks {needed - given_names}"

    def _resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in schema:
            schema = self.document["components"]["schemas"][schema["$ref"].split("/")[-1]]
        return schema

    def check_answer(self, method: str, path: str, status: int, body: Any) -> None:
        """Raise AssertionError unless *body* is an answer to such a request."""
        if status >= 400:
            self.check("#/components/schemas/ErrorResponse", body)
            return
        template = self._template(path)
        answer = self.document["paths"][template][method.lower()]["responses"]["200"]
        if "content" in answer:
            place = template.replace("/", "~1")
            pointer = f"#/paths/{place}/{method.lower()}/responses/200/content/application~1json"
            self.check(f"{pointer}/schema", body)
        else:
            Draft202012Validator(_DELETED_RESPONSE).validate(body)

    def check_event(self, event: Any) -> None:
        """Raise AssertionError unless *event* is one of a stream's."""
        schema = self._events[event["type"]]
        self.check(f"#/components/schemas/{schema}", event)

    def check_run_event(self, name: str, data: Any) -> None:
        """Raise AssertionError unless *data* are what an event of a run's stream carries."""
        self.check(self._run_events[name], data)

    @cached_property
    def _run_events(self) -> dict[str, str]:
        """The schema's pointer for each kind of event."""
        schemas = self.document["components"]["schemas"]
        groups = [schemas[f"{name}StreamEvent"] for name in ("Run", "RunStep", "Message")]
        events = [event["properties"] for group in groups for event in group["oneOf"]]
        return {event["event"]["enum"][0]: event["data"]["$ref"] for event in events}

    @property
    def _events(self) -> dict[str, str]:
        schemas = self.document["components"]["schemas"]
        names = [ref["$ref"].split("/")[-1] for ref in schemas["ResponseStreamEvent"]["anyOf"]]
        types = {name: schemas[name]["properties"]["type"]["enum"][0] for name in names}
        return {kind: name for name, kind in types.items()}

    def _template(self, path: str) -> str:
        given = path.removeprefix("/openai").removeprefix("/v1").split("/")  # Azure's, too
        fits: list[str] = [
            template
            for template in self.document["paths"]
            if len(parts := template.split("/")) == len(given)
            and all(p.startswith("{") or p == g for p, g in zip(parts, given, strict=True))
        ]
        assert fits, f"there is no {path}"
        return min(fits, key=lambda template: template.count("{"))

    def _properties(self, schema: dict[str, Any]) -> set[str]:
        found = set(schema.get("properties", {}))
        for part in schema.get("allOf", []):
            name = part.get("$ref", "").split("/")[-1]
            found |= self.properties(name) if name else self._properties(part)
        return found

    def _make_validator(self, schema: str) -> Draft202012Validator:
        return Draft202012Validator({"$ref": f"{_DOCUMENT}{schema}"}, registry=self._registry)


def _nullable(schema: Any) -> Any:
    """Return *schema* with the older form of OpenAPI, ``nullable``, in the newer one."""
    if isinstance(schema, list):
        return [_nullable(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {name: _nullable(part) for name, part in schema.items()}
    if plain.get("nullable") is True and isinstance(plain.get("type"), str):
        plain["type"] = [plain["type"], "null"]
    return plain
