"""The differences of two panels, as people read them in a review."""

from difflib import unified_diff

from bot.panel.roster.panel_file import PanelFile
from bot.settings.yaml_files.panel_writing import write


def differences(before: PanelFile, after: PanelFile, *, names: tuple[str, str]) -> str:
    """Return a diff of both as files, under their *names*; empty if they say the same."""
    old, new = (write(PanelFile(panels.defaults, panels.channels)) for panels in (before, after))
    return "\n".join(unified_diff(old.splitlines(), new.splitlines(), *names, lineterm=""))
