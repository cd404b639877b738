"""An expert as an entry of a YAML file: it has the fields of ``Expert``, but for LEFT_OUT.

cattrs makes the functions from the dataclass. It reads ``YamlNode`` instead of plain values, so
that every error names the line and column.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import MISSING, fields
from enum import StrEnum
from typing import Any, get_args, get_origin, get_type_hints

from cattrs import Converter
from cattrs.gen import make_dict_unstructure_fn, override

from bot.panel.errors import Refused
from bot.panel.model import Expert
from bot.panel.roster.expert_checks import check_name, checked_and_refused
from bot.settings.yaml_files.yaml_nodes import YamlNode

LEFT_OUT = frozenset(
    {
        "collections",  # ids of documents, which mean nothing at another account
        "equipped_by",  # what is in a file, operators have given
        "unknown",  # to this version
    }
)
FIELDS = tuple(field.name for field in fields(Expert) if field.name not in LEFT_OUT)
SWITCH = {"true": True, "false": False}
_REQUIRED = tuple(
    field.name for field in fields(Expert) if field.default is field.default_factory is MISSING
)
_LAST = "instructions"  # long, so that they would hide what comes after them


def read_expert(
    node: YamlNode, beside: Sequence[str] = (), taken: Collection[str] = ()
) -> Expert | None:
    """Return the expert that *node* describes; None if anything is at fault, which is noted.

    *beside* the fields of experts it may have others. Other experts have the names and titles
    *taken*.
    """
    before = len(node.faults)
    entry = node.known_by("name", "an expert")
    given = entry.fields((*FIELDS, *beside), required=_REQUIRED)
    values: dict[str, Any] = dict.fromkeys(_REQUIRED, "")
    values |= {field: given.read(field, _reader(field), "") for field in FIELDS if field in given}
    noted = {fault.place for fault in node.faults[before:]}
    checked, refusals = checked_and_refused(Expert(**values), taken)
    try:
        check_name(checked.name)
    except Refused as refusal:
        refusals = [refusal, *refusals]
    if checked.name in taken:
        given["name"].note("is the name or title of another expert")
    for each in refusals:
        cause = given.get(each.field or "")
        if cause and cause.place not in noted:
            cause.note(f"is refused: {each}")
    return None if len(node.faults) > before else checked


def _reader(field: str) -> Callable[[YamlNode], Any]:
    return lambda node: _CONVERTER.structure(node, _KINDS[field])


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
    return lambda node, _: tuple(node.each(lambda item: converter.structure(item, item_kind)))


_CONVERTER = _converter()
_OMITTED: dict[str, Any] = {name: override(omit=True) for name in LEFT_OUT}
_KINDS = get_type_hints(Expert)
_unstructure = make_dict_unstructure_fn(
    Expert, _CONVERTER, _cattrs_omit_if_default=True, **_OMITTED
)
