"""Writing a panel file: always in the same order, so that a diff shows only what has changed."""

import re
from collections.abc import Mapping
from typing import Any

import yaml

from bot.panel.roster.panel_file import PanelFile
from bot.panel.roster.roster import RosterChanges
from bot.settings.yaml_files.expert_entries import expert_entry
from bot.settings.yaml_files.panel_reading import STREAMING, VERSION

_HEAD = "# A panel of Panelbot. `panelbot experts check FILE` tells what cannot be used.\n"
_WIDTH = 2**16  # each value on one line, however long, so that a diff shows one line
# What readers of YAML take for a line break besides ``\n``, or do not take at all.
_ESCAPED = re.compile(
    r"[^\t\n -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_STREAMING_WORDS = {value: word for word, value in STREAMING.items()}


def write(panels: PanelFile) -> str:
    """Return *panels* as the text of a file."""
    fields = {
        "version": int(VERSION),
        "kept_in": panels.kept_in,
        "defaults": _scope(panels.defaults),
        "channels": {name: _scope(changes) for name, changes in sorted(panels.channels.items())},
    }
    return _HEAD + yaml.dump(
        _filled(fields), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH
    )


def _scope(changes: RosterChanges) -> dict[str, Any]:
    fields = {
        "synthesis": changes.synthesis.value if changes.synthesis else None,
        "streaming": None if changes.streaming is None else _STREAMING_WORDS[changes.streaming],
        "unsure": changes.unsure.value if changes.unsure else None,
        "router": changes.rules,
        "remove": sorted(changes.removed),
        "experts": [expert_entry(expert) for _, expert in sorted(changes.added.items())],
    }
    return _filled(fields)


def _filled(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value}


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as blocks, and indents lists."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def analyze_scalar(self, scalar: str) -> Any:
        """Allow blocks also where a line ends with blanks: they can be read, PyYAML is wary."""
        analysis = super().analyze_scalar(scalar)
        analysis.allow_block = "\n" in scalar and not _ESCAPED.search(scalar)
        return analysis


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    style = '"' if _ESCAPED.search(text) else "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)
