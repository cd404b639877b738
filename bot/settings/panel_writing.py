"""The file of a panel, written: always in the same order, so that only what differs differs."""

from typing import Any

import yaml

from bot.panel.roster.panel_file import PanelFile
from bot.panel.roster.roster import RosterChanges
from bot.settings.panel_reading import STREAMING, VERSION
from bot.settings.panel_records import plain

_HEAD = "# A panel of Panelbot: docs/extend/panel-files.md describes this format.\n"
_WIDTH = 2**16  # a line for each value, however long: what differs is then one line
_SWITCHED = {value: word for word, value in STREAMING.items()}


def write(panels: PanelFile) -> str:
    """Return *panels* as the text of a file."""
    whole = {
        "version": int(VERSION),
        "kept_in": panels.kept_in,
        "defaults": _scope(panels.defaults),
        "channels": {name: _scope(one) for name, one in sorted(panels.channels.items())},
    }
    filled = {name: value for name, value in whole.items() if value}
    return _HEAD + yaml.dump(
        filled, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH
    )


def _scope(changes: RosterChanges) -> dict[str, Any]:
    told = {
        "synthesis": changes.synthesis.value if changes.synthesis else None,
        "streaming": None if changes.streaming is None else _SWITCHED[changes.streaming],
        "remove": sorted(changes.removed),
        "experts": [plain(expert) for _, expert in sorted(changes.added.items())],
    }
    return {name: value for name, value in told.items() if value}


class _Dumper(yaml.SafeDumper):
    """Writes a text of several lines as such, and indents lists."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    if "\n" not in text:
        return dumper.represent_scalar("tag:yaml.org,2002:str", text)
    lines = "\n".join(line.rstrip() for line in text.splitlines())  # else it cannot be a block
    return dumper.represent_scalar("tag:yaml.org,2002:str", lines, style="|")


_Dumper.add_representer(str, _text)
