"""Reading a panel file: every error names the file, line, column and field; all are told."""

import re
from collections.abc import Collection, Mapping, Sequence
from functools import partial
from pathlib import Path

from bot.panel.errors import Refused
from bot.panel.model import Expert, ExpertName, Synthesis, WhenUnsure
from bot.panel.roster.expert_checks import MOST_EXPERTS, check_name, check_rules
from bot.panel.roster.panel_file import PanelFile, check_sizes
from bot.panel.roster.roster import RosterChanges
from bot.settings.yaml_files import yaml_parsing
from bot.settings.yaml_files.expert_entries import read_expert
from bot.settings.yaml_files.expert_names import check_names
from bot.settings.yaml_files.yaml_nodes import Fault, YamlNode

VERSION = "1"
STREAMING = {"on": True, "off": False}
_LONGEST_PLACE = 200
_CHANNEL = re.compile(r"[CDG][A-Z0-9]{2,}")
_FILE_FIELDS = ("version", "kept_in", "defaults", "channels")
_SCOPE_FIELDS = ("synthesis", "streaming", "unsure", "router", "remove", "experts")


def load(path: str, known: Collection[str] | None = None, *, setting: str = "") -> PanelFile:
    """Return the panels in the file at *path*. Raises Refused, naming all faults.

    If it is given which names of experts are *known* besides those in the file, others are faults.
    """
    return yaml_parsing.load(path, setting=setting).whole(partial(panels, known=known))


def unknown_names(path: str, known: Collection[str]) -> Sequence[str]:
    """Return what is said of each name in the file that is neither *known* nor in it."""
    root = yaml_parsing.load(path)
    check_names(root, known)
    return [str(fault) for fault in root.faults]


def read(text: str, file: str) -> PanelFile:
    """Return the panels in a YAML *text*; errors call it *file*. Raises Refused."""
    return yaml_parsing.parse(text, file).whole(panels)


def panels(root: YamlNode, known: Collection[str] | None = None) -> PanelFile:
    """Return the panels in the file of *root*; for *known* see ``load``."""
    if known is not None:
        check_names(root, known)
    fields = root.fields(_FILE_FIELDS)
    if "version" not in fields:
        root.note(f"lacks version; write `version: {VERSION}`")
    elif (version := fields["version"].text()) != VERSION:
        raise fields["version"].error(f"is {version[:20]}, but this Panelbot reads {VERSION}")
    file = PanelFile(
        defaults=fields.read("defaults", _changes, RosterChanges()),
        channels=fields.read("channels", _channels, {}),
        kept_in=fields.read("kept_in", _place, "") or f"the file {Path(root.file).name}",
    )
    try:
        check_sizes(file)
    except Refused as refusal:
        raise root.error(f"is refused: {refusal}") from refusal
    return file


def experts(node: YamlNode, beside: Sequence[str] = ()) -> Sequence[Expert]:
    """Return the experts of a list, whose names and titles differ; *beside* are other fields."""
    items, taken = node.items(), set[str]()
    if len(items) > MOST_EXPERTS:
        raise node.error(f"are more than {MOST_EXPERTS}")
    listed: list[Expert | None] = []
    for item in items:
        listed.append(item.read(partial(read_expert, beside=beside, taken=taken), None))
        taken |= {one.raw.value for one in map(item.find, ("name", "title")) if one and one.is_text}
    return list(filter(None, listed))


def _place(node: YamlNode) -> str:
    place = " ".join(node.text().split())
    if len(place) > _LONGEST_PLACE:
        raise node.error(f"may have at most {_LONGEST_PLACE} characters")
    return place


def _channels(node: YamlNode) -> Mapping[str, RosterChanges]:
    fields = node.fields()
    for channel, scope in fields.items():
        if not _CHANNEL.fullmatch(channel):
            scope.note("is not the id of a channel, such as C0123ABCD")
    channels = fields.read_all(_changes)
    return {name: channels[name] for name in sorted(channels) if channels[name] != RosterChanges()}


def _changes(node: YamlNode) -> RosterChanges:
    fields = node.fields(_SCOPE_FIELDS)
    listed = fields.read("experts", experts, ())
    added = {expert.name: expert for expert in listed}
    removed = fields.read("remove", lambda names: names.each(partial(_removed, added=added)), [])
    return RosterChanges(
        added=added,
        removed=frozenset(removed),
        synthesis=fields.read("synthesis", lambda word: Synthesis(word.one_of(Synthesis)), None),
        streaming=fields.read("streaming", lambda word: STREAMING[word.one_of(STREAMING)], None),
        unsure=fields.read("unsure", lambda word: WhenUnsure(word.one_of(WhenUnsure)), None),
        rules=fields.read("router", _rules, None),
    )


def _rules(node: YamlNode) -> str | None:
    try:
        return check_rules(node.text()) or None
    except Fault:
        raise
    except Refused as refusal:
        raise node.error(f"is refused: {refusal}") from refusal


def _removed(node: YamlNode, added: Mapping[ExpertName, Expert]) -> ExpertName:
    try:
        name = check_name(node.text())
    except Fault:
        raise
    except Refused as refusal:
        impossible = node.error(f"contains an impossible name: {refusal}")
        raise node.noted() or impossible from refusal  # there is no such expert
    if name in added:
        raise node.error(f"contains {name}, who is among the experts, too")
    return name
