"""Reading a panel file: every error names the file, line, column and field."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from bot.panel.errors import Refused
from bot.panel.model import Expert, ExpertName, Synthesis
from bot.panel.roster.expert_checks import MOST_EXPERTS, check_name, check_title
from bot.panel.roster.panel_file import PanelFile, check_sizes
from bot.panel.roster.roster import RosterChanges
from bot.settings import yaml_nodes
from bot.settings.expert_entries import read_expert
from bot.settings.yaml_nodes import YamlNode

VERSION = "1"
STREAMING = {"on": True, "off": False}
_LONGEST_PLACE = 200
_CHANNEL = re.compile(r"[CDG][A-Z0-9]{2,}")
_FILE_FIELDS = ("version", "kept_in", "defaults", "channels")
_SCOPE_FIELDS = ("synthesis", "streaming", "remove", "experts")


def load(path: str) -> PanelFile:
    """Return the panels in the file at *path*. Raises Refused, naming the fault."""
    return _panels(yaml_nodes.load(path))


def read(text: str, file: str) -> PanelFile:
    """Return the panels in a YAML *text*; errors call it *file*. Raises Refused."""
    return _panels(yaml_nodes.parse(text, file))


def _panels(root: YamlNode) -> PanelFile:
    fields = root.fields(_FILE_FIELDS)
    if "version" not in fields:
        raise root.error(f"lacks version; write `version: {VERSION}`")
    if (version := fields["version"].text()) != VERSION:
        raise fields["version"].error(f"is {version[:20]}, but this Panelbot reads {VERSION}")
    panels = PanelFile(
        defaults=_changes(fields.get("defaults")),
        channels=_channels(fields.get("channels")),
        kept_in=_place(fields.get("kept_in")) or f"the file {Path(root.file).name}",
    )
    try:
        check_sizes(panels)
    except Refused as refusal:
        raise root.error(f"is refused: {refusal}") from refusal
    return panels


def experts(node: YamlNode, beside: Sequence[str] = ()) -> Sequence[Expert]:
    """Return the experts of a list, whose names and titles all differ.

    *beside* the fields of experts, the list may have others.
    """
    listed: list[Expert] = []
    for item in node.items():
        expert = read_expert(item, beside)
        _check_unique(expert, item, listed)
        listed.append(expert)
    if len(listed) > MOST_EXPERTS:
        raise node.error(f"are more than {MOST_EXPERTS}")
    return listed


def _check_unique(expert: Expert, item: YamlNode, others: Sequence[Expert]) -> None:
    taken = {name for other in others for name in (other.name, other.title)}
    fields = item.named(expert.name).fields()
    if expert.name in taken:
        raise fields["name"].error("is the name or title of another expert")
    try:
        check_title(expert.title, taken)
    except Refused as refusal:
        raise fields["title"].error(f"is refused: {refusal}") from refusal


def _place(node: YamlNode | None) -> str:
    place = " ".join(node.text().split()) if node else ""
    if node and len(place) > _LONGEST_PLACE:
        raise node.error(f"may have at most {_LONGEST_PLACE} characters")
    return place


def _channels(node: YamlNode | None) -> Mapping[str, RosterChanges]:
    if node is None:
        return {}
    fields = node.fields()
    for channel, scope in fields.items():
        if not _CHANNEL.fullmatch(channel):
            raise scope.error("is not the id of a channel, such as C0123ABCD")
    channels = {channel: _changes(fields[channel]) for channel in sorted(fields)}
    return {channel: changes for channel, changes in channels.items() if changes != RosterChanges()}


def _changes(node: YamlNode | None) -> RosterChanges:
    if node is None:
        return RosterChanges()
    fields = node.fields(_SCOPE_FIELDS)
    synthesis, streaming = fields.get("synthesis"), fields.get("streaming")
    listed = experts(fields["experts"]) if "experts" in fields else ()
    added = {expert.name: expert for expert in listed}
    removed = fields["remove"].items() if "remove" in fields else ()
    return RosterChanges(
        added=added,
        removed=frozenset(_removed(name, added) for name in removed),
        synthesis=Synthesis(synthesis.one_of(Synthesis)) if synthesis else None,
        streaming=STREAMING[streaming.one_of(STREAMING)] if streaming else None,
    )


def _removed(node: YamlNode, added: Mapping[ExpertName, Expert]) -> ExpertName:
    try:
        name = check_name(node.text())
    except Refused as refusal:
        raise node.error(f"contains an impossible name: {refusal}") from refusal
    if name in added:
        raise node.error(f"contains {name}, who is among the experts, too")
    return name
