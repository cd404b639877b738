"""Packages that register experts, installed for one test."""

from collections.abc import Mapping
from pathlib import Path


def install(
    where: Path, name: str, code: str, entries: Mapping[str, str], group: str = "panelbot.experts"
) -> Path:
    """Write the package *name* into *where*, as an installer does."""
    (where / f"{name}.py").write_text(code, encoding="utf-8")
    about = where / f"{name}-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    lines = (f"{entry} = {name}:{attribute}" for entry, attribute in entries.items())
    (about / "entry_points.txt").write_text("\n".join([f"[{group}]", *lines]))
    return where
