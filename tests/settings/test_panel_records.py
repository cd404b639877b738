"""The format has every field that an expert has, or leaves it out on purpose."""

import types
from dataclasses import fields, replace
from enum import Enum
from typing import Any, NewType, Union, get_args, get_origin, get_type_hints

import pytest
import yaml

from bot.panel.errors import Refused
from bot.panel.model import Expert, ExpertName
from bot.settings.panel_nodes import parse
from bot.settings.panel_records import LEFT_OUT, expert, names, plain

LEGAL = Expert(ExpertName("legal"), "Legal Counsel", ":scales:", "Law.", "Read it.")
CHANGEABLE = [one.name for one in fields(Expert) if one.name not in LEFT_OUT | {"name"}]


def another(kind: Any, value: Any) -> Any:
    """A value of that type which is not *value*: for a new kind of field, tell here of one."""
    if isinstance(kind, NewType):
        return another(kind.__supertype__, value)
    if get_origin(kind) in (Union, types.UnionType):
        (inner,) = (arg for arg in get_args(kind) if arg is not types.NoneType)
        return another(inner, value)
    if get_origin(kind) is tuple:
        return (another(get_args(kind)[0], None),)
    if kind is bool:
        return not value
    if isinstance(kind, type) and issubclass(kind, Enum):
        return next(member for member in kind if member != value)
    assert kind is str, f"the format has no way to write a {kind}"
    return ":owl:" if value == ":scales:" else "other"


@pytest.mark.parametrize("field", CHANGEABLE)
def test_every_field_of_an_expert_is_written_and_read(field):
    value = another(get_type_hints(Expert)[field], getattr(LEGAL, field))
    changed = replace(LEGAL, **{field: value})
    assert changed != LEGAL

    assert expert(parse(yaml.safe_dump(plain(changed)), "panel.yaml")) == changed


def test_only_what_belongs_to_one_account_is_left_out():
    assert {one.name for one in fields(Expert)} - LEFT_OUT == set(names(Expert))
    assert {"collections"} == LEFT_OUT


def test_what_is_as_usual_is_not_written():
    assert list(plain(LEGAL)) == ["name", "title", "icon", "purpose", "instructions"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("effort: much", "line 6: legal > effort is “much”, but should be one of none, low"),
        ("always_consult: 1", "line 6: legal > always_consult is “1”, but should be one of true"),
        ("model: [a]", "line 6: legal > model should be a single value"),
        ("model:", "line 6: legal > model has no value"),
        ("model: ${HOME}", "line 6: legal > model is refused: The model is the name"),
        ("colections: [vs_1]", "line 6: legal > colections is no field that belongs here"),
        ("titel: x", "line 6: legal > titel is no field that belongs here. Did you mean `title`?"),
        ("title: Twice", "line 6: title is there twice"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(change, told):
    text = yaml.safe_dump(plain(LEGAL), sort_keys=False) + change

    with pytest.raises(Refused) as refusal:
        expert(parse(text, "panel.yaml"))

    assert str(refusal.value).startswith(f"panel.yaml, {told}")


@pytest.mark.parametrize("field", ["name", "title", "icon", "purpose", "instructions"])
def test_what_every_expert_needs_is_missed(field):
    written = {name: value for name, value in plain(LEGAL).items() if name != field}

    with pytest.raises(Refused, match=rf"^panel.yaml, line 1: (an expert|legal) lacks {field}$"):
        expert(parse(yaml.safe_dump(written), "panel.yaml"))
