"""The format has every field that an expert has, or leaves it out on purpose."""

import types
from dataclasses import fields, replace
from enum import Enum
from typing import Any, NewType, Union, get_args, get_origin, get_type_hints

import pytest
import yaml

from bot.panel.errors import Refused
from bot.panel.model import Expert, ExpertName
from bot.settings.yaml_files.expert_entries import FIELDS, LEFT_OUT, expert_entry, read_expert
from bot.settings.yaml_files.yaml_parsing import parse

LEGAL = Expert(ExpertName("legal"), "Legal Counsel", ":scales:", "Law.", "Read it.")
WRONG = (
    "1:1: A b lacks instructions",
    "1:7: A b > name is refused: A name is made of lower-case letters",
    "2:1: A b > titel is not a field here. Did you mean `title`?",
    "3:7: A b > icon is refused: The icon is the name of an emoji",
    "4:10: A b > purpose should be a single value, and not a list",
    "5:8: A b > model is refused: The model is the name",
    "6:12: A b > consults should be a single value, and not a list",
    "6:17: A b > consults should be a single value, and not fields",
)
CHANGEABLE = [field.name for field in fields(Expert) if field.name not in LEFT_OUT | {"name"}]


def another(kind: Any, value: Any) -> Any:
    """Return a value of that type which is not *value*; a new kind of field needs a case here."""
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

    assert parse(yaml.safe_dump(expert_entry(changed)), "a.yaml").whole(read_expert) == changed


def test_only_what_belongs_to_one_account_is_left_out():
    assert {field.name for field in fields(Expert)} - LEFT_OUT == set(FIELDS)
    assert {"collections", "equipped_by", "unknown"} == LEFT_OUT


def test_what_is_as_usual_is_not_written():
    assert list(expert_entry(LEGAL)) == ["name", "title", "icon", "purpose", "instructions"]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ("effort: much", "6:9: legal > effort is “much”, but should be one of none, low"),
        ("always_consult: 1", "6:17: legal > always_consult is “1”, but should be one of true"),
        ("model: [a]", "6:8: legal > model should be a single value"),
        ("model:", "6:7: legal > model has no value"),
        ("model: ${HOME}", "6:8: legal > model is refused: The model is the name"),
        ("colections: [vs_1]", "6:1: legal > colections is not a field here"),
        ("titel: x", "6:1: legal > titel is not a field here. Did you mean `title`?"),
        ("title: Twice", "6:1: legal > title appears twice, first in line 2"),
    ],
)
def test_errors_name_the_place_and_the_problem(change, problem):
    text = yaml.safe_dump(expert_entry(LEGAL), sort_keys=False) + change

    with pytest.raises(Refused) as refusal:
        parse(text, "panel.yaml").whole(read_expert)

    assert str(refusal.value).startswith(f"panel.yaml:{problem}")


@pytest.mark.parametrize("field", ["name", "title", "icon", "purpose", "instructions"])
def test_what_every_expert_needs_is_missed(field):
    written = {name: value for name, value in expert_entry(LEGAL).items() if name != field}

    with pytest.raises(Refused, match=rf"^panel.yaml:1:1: (an expert|legal) lacks {field}$"):
        parse(yaml.safe_dump(written), "panel.yaml").whole(read_expert)


def test_all_that_is_wrong_with_an_expert_is_told_at_once():
    text = "name: A b\ntitel: x\nicon: '!'\npurpose: []\nmodel: ${X}\nconsults: [[a], {}]\n"

    with pytest.raises(Refused) as refusal:
        parse(text, "a.yaml").whole(read_expert)

    lines = [line.removeprefix("a.yaml:") for line in str(refusal.value).splitlines()]
    assert [line[: len(start)] for line, start in zip(lines, WRONG, strict=True)] == list(WRONG)
