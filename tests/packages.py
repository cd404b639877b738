"""Packages that register experts, installed for one test."""

from collections.abc import Mapping
from pathlib import Path


def install(where: Path, name: str, code: str, experts: Mapping[str, str]) -> Path:
    """Write the package *name* into *where*, as an installer does; *experts* by entry point."""
    (where / f"{name}.py").write_text(code, encoding="utf-8")
    about = where / f"{name}-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    lines = (f"{expert} = {name}:{attribute}" for expert, attribute in experts.items())
    (about / "entry_points.txt").write_text("\n".join(["[panelbot.experts]", *lines]))
    return where
