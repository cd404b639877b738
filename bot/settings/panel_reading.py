"""The file of a panel, read: all that is wrong in it is told with its file, line and field."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from bot.panel.errors import Refused
from bot.panel.model import Expert, ExpertName, Synthesis
from bot.panel.roster.expert_checks import MOST_EXPERTS, check_name, check_title
from bot.panel.roster.panel_file import PanelFile
from bot.panel.roster.roster import RosterChanges
from bot.settings.panel_nodes import Spot, parse
from bot.settings.panel_records import expert

VERSION = "1"
STREAMING = {"on": True, "off": False}
_LONGEST_PLACE = 200
_CHANNEL = re.compile(r"[CDG][A-Z0-9]{2,}")
_FILE = ("version", "kept_in", "defaults", "channels")
_SCOPE = ("synthesis", "streaming", "remove", "experts")


def load(path: str) -> PanelFile:
    """Return the panels in the file at *path*. Raises Refused, naming the fault."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise Refused(f"{path} is not text in UTF-8") from error
    return read(text, path)


def read(text: str, file: str) -> PanelFile:
    """Return the panels that *text* tells of; *file* is what it is called in errors."""
    whole = parse(text, file)
    written = whole.entries(_FILE)
    if "version" not in written:
        raise whole.wrong(f"lacks version; write `version: {VERSION}`")
    if (version := written["version"].text()) != VERSION:
        raise written["version"].wrong(f"is {version[:20]}, but this Panelbot reads {VERSION}")
    return PanelFile(
        defaults=_changes(written.get("defaults")),
        channels=_channels(written.get("channels")),
        kept_in=_place(written.get("kept_in")) or f"the file {Path(file).name}",
    )


def experts(spot: Spot, beside: Sequence[str] = ()) -> Sequence[Expert]:
    """Return the experts of a list: each name and title is there once. For *beside* see expert."""
    found: list[Expert] = []
    for item in spot.items():
        one = expert(item, beside)
        others = {called for other in found for called in (other.name, other.title)}
        place = item.called(one.name)
        if one.name in others:
            raise place.wrong("is there twice, as a name or a title")
        try:
            check_title(one.title, others)
        except Refused as refusal:
            raise place.called("title").wrong(f"is refused: {refusal}") from refusal
        found.append(one)
    if len(found) > MOST_EXPERTS:
        raise spot.wrong(f"are more than {MOST_EXPERTS}")
    return found


def _place(spot: Spot | None) -> str:
    place = " ".join(spot.text().split()) if spot else ""
    if spot and len(place) > _LONGEST_PLACE:
        raise spot.wrong(f"takes at most {_LONGEST_PLACE} characters")
    return place


def _channels(spot: Spot | None) -> Mapping[str, RosterChanges]:
    if spot is None:
        return {}
    written = spot.entries()
    for channel, one in written.items():
        if not _CHANNEL.fullmatch(channel):
            raise one.wrong("is no channel's id, such as C0123ABCD")
    found = {channel: _changes(one) for channel, one in written.items()}
    return {channel: one for channel, one in sorted(found.items()) if one != RosterChanges()}


def _changes(spot: Spot | None) -> RosterChanges:
    if spot is None:
        return RosterChanges()
    written = spot.entries(_SCOPE)
    synthesis, streaming = written.get("synthesis"), written.get("streaming")
    added = {one.name: one for one in experts(written["experts"])} if "experts" in written else {}
    removed = written["remove"].items() if "remove" in written else ()
    return RosterChanges(
        added=added,
        removed=frozenset(_removed(one, added) for one in removed),
        synthesis=Synthesis(synthesis.word(Synthesis)) if synthesis else None,
        streaming=STREAMING[streaming.word(STREAMING)] if streaming else None,
    )


def _removed(spot: Spot, added: Mapping[ExpertName, Expert]) -> ExpertName:
    try:
        name = check_name(spot.text())
    except Refused as refusal:
        raise spot.wrong(f"names nobody: {refusal}") from refusal
    if name in added:
        raise spot.wrong(f"names {name}, who is among the experts, too")
    return name
