"""An expert as an entry of a YAML file: it has the fields of ``Expert``, but for LEFT_OUT.

cattrs makes the functions from the dataclass. It reads ``YamlNode`` instead of plain values, so
that every error names the line and column.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, fields
from enum import StrEnum
from typing import Any, get_args, get_origin

from cattrs import Converter
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override

from bot.panel.errors import Refused
from bot.panel.model import Expert
from bot.panel.roster.expert_checks import check_expert, check_name
from bot.settings.yaml_nodes import YamlNode

LEFT_OUT = frozenset(
    {
        "collections",  # ids of documents, which mean nothing at another account
        "equipped_by",  # what is in a file, operators have given
    }
)
FIELDS = tuple(field.name for field in fields(Expert) if field.name not in LEFT_OUT)
SWITCH = {"true": True, "false": False}
_REQUIRED = tuple(
    field.name for field in fields(Expert) if field.default is field.default_factory is MISSING
)
_LAST = "instructions"  # long, so that they would hide what comes after them


def read_expert(node: YamlNode, beside: Sequence[str] = ()) -> Expert:
    """Return the expert that *node* describes; *beside* it may be other fields.

    Raises Refused, naming the line, column and field.
    """
    name = node.fields().get("name")
    entry = node.named(name.text() if name else "an expert")
    values = entry.fields((*FIELDS, *beside), required=_REQUIRED)
    expert = _structure(values, Expert)
    try:
        check_name(expert.name)
        return check_expert(expert, ())
    except Refused as refusal:
        cause = values.get(refusal.field or "", entry)
        raise cause.error(f"is refused: {refusal}") from refusal


def expert_entry(expert: Expert) -> Mapping[str, Any]:
    """Return *expert* as plain values for YAML, without fields that have their default."""
    values = _unstructure(expert)
    return values | {_LAST: values.pop(_LAST)}


def _converter() -> Converter:
    converter = Converter(detailed_validation=False)
    converter.register_structure_hook(str, lambda node, _: node.text())
    converter.register_structure_hook(bool, lambda node, _: SWITCH[node.one_of(SWITCH)])
    converter.register_structure_hook(StrEnum, lambda node, kind: kind(node.one_of(kind)))
    converter.register_structure_hook_factory(_is_tuple, _tuple)
    converter.register_unstructure_hook(StrEnum, str)
    return converter


def _is_tuple(kind: Any) -> bool:
    return get_origin(kind) is tuple


def _tuple(kind: Any, converter: Converter) -> Callable[[YamlNode, Any], Any]:
    item_kind = get_args(kind)[0]
    return lambda node, _: tuple(converter.structure(item, item_kind) for item in node.items())


_CONVERTER = _converter()
_OMITTED: dict[str, Any] = {name: override(omit=True) for name in LEFT_OUT}
_structure = make_dict_structure_fn(
    Expert, _CONVERTER, _cattrs_detailed_validation=False, **_OMITTED
)
_unstructure = make_dict_unstructure_fn(
    Expert, _CONVERTER, _cattrs_omit_if_default=True, **_OMITTED
)
