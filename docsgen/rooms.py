"""A picture of the rooms of a package: its layers, and which room imports which.

The layers are those that import-linter enforces (``pyproject.toml``). An arrow stands for imports;
those that follow from other arrows are left out.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib import import_module
from pathlib import Path
from textwrap import wrap

import grimp

from docsgen.tables import first_sentence

Layers = Sequence[Sequence[str]]
Arrows = Mapping[str, frozenset[str]]

_WIDTH, _MARGIN = 980, 16
_GAP, _ROW_GAP = 16, 44
_MAX_BOX, _LINE = 290, 15
_CHARACTER = 6.3  # the width of one, about

_SVG = 'xmlns="http://www.w3.org/2000/svg" role="img"'
_STYLE = """
  text { font: 12px system-ui, sans-serif; fill: #444 }
  .name { font-weight: 600; font-size: 14px; fill: #1a1a1a }
  rect { fill: #f6f5f9; stroke: #7a6f96 }
  path { fill: none; stroke: #9a8fb5; stroke-width: 1.3; opacity: .75 }
  marker path { fill: #9a8fb5; stroke: none; opacity: 1 }
  @media (prefers-color-scheme: dark) {
    text { fill: #bbb } .name { fill: #f0f0f0 }
    rect { fill: #26242e; stroke: #8d82ab }
  }
"""
_ARROW = (
    '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
    'orient="auto"><path d="M0 0 8 4 0 8z"/></marker></defs>'
)


@dataclass(frozen=True, slots=True)
class Box:
    """A room, where it is drawn."""

    name: str
    about: Sequence[str]  # lines
    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        """Return where arrows end, from the left."""
        return self.x + self.width / 2

    @property
    def bottom(self) -> float:
        """Return where arrows start, from the top."""
        return self.y + self.height


def picture(package: str) -> str:
    """Return the rooms of *package* as SVG."""
    layers = _layers(package)
    boxes = {box.name: box for box in _placed(package, layers)}
    arrows = _without_shortcuts(_imports(package, frozenset(boxes)))
    height = max(box.bottom for box in boxes.values()) + _MARGIN
    drawn = [
        *(line for one in boxes for line in _lines(boxes[one], [boxes[n] for n in arrows[one]])),
        *map(_box, boxes.values()),
    ]
    return "\n".join(
        (
            f'<svg {_SVG} viewBox="0 0 {_WIDTH} {height:.0f}">',
            f"<title>The rooms of {package}: imports run down</title>",
            f"<style>{_STYLE}</style>",
            _ARROW,
            *drawn,
            "</svg>\n",
        )
    )


def _layers(package: str) -> Layers:
    settings = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text("utf-8"))
    for contract in settings["tool"]["importlinter"]["contracts"]:
        if contract["type"] == "layers" and package in contract["containers"]:
            return [layer.split(" | ") for layer in contract["layers"]]
    raise LookupError(f"no layers of {package} in pyproject.toml")


@cache
def _graph() -> grimp.ImportGraph:
    return grimp.build_graph("bot", cache_dir=None)


def _imports(package: str, rooms: frozenset[str]) -> Arrows:
    """Return which room imports which."""
    arrows: dict[str, set[str]] = {room: set() for room in rooms}
    prefix = f"{package}."
    for module in _graph().modules:
        for imported in _graph().find_modules_directly_imported_by(module):
            if module.startswith(prefix) and imported.startswith(prefix):
                one = module.removeprefix(prefix).partition(".")[0]
                other = imported.removeprefix(prefix).partition(".")[0]
                if one != other:
                    arrows[one].add(other)
    return {room: frozenset(others) for room, others in arrows.items()}


def _without_shortcuts(arrows: Arrows) -> Arrows:
    """Leave out each arrow whose end can be reached over others."""
    return {
        room: others - frozenset().union(*(_reached(other, arrows) for other in others))
        for room, others in arrows.items()
    }


def _reached(room: str, arrows: Arrows) -> frozenset[str]:
    return arrows[room].union(*(_reached(other, arrows) for other in arrows[room]))


def _placed(package: str, layers: Layers) -> Iterator[Box]:
    y: float = _MARGIN
    for layer in layers:
        width = min(_MAX_BOX, (_WIDTH - 2 * _MARGIN - _GAP * (len(layer) - 1)) / len(layer))
        about = {name: _about(f"{package}.{name}", width) for name in layer}
        height = 30 + _LINE * max(map(len, about.values()))
        x = (_WIDTH - width * len(layer) - _GAP * (len(layer) - 1)) / 2
        for name in layer:
            yield Box(name, about[name], x, y, width, height)
            x += width + _GAP
        y += height + _ROW_GAP


def _about(module: str, width: float) -> Sequence[str]:
    text = first_sentence(import_module(module).__doc__).replace("`", "").rstrip(".")
    return wrap(text, int((width - 16) / _CHARACTER))


def _lines(one: Box, others: Sequence[Box]) -> Iterator[str]:
    """Yield the arrows from *one*, which leave it side by side in the order of their ends."""
    for number, other in enumerate(sorted(others, key=lambda box: (box.middle, box.y)), 1):
        start = one.x + one.width * number / (len(others) + 1)
        bend = (other.y - one.bottom) / 2
        yield (
            f'<path d="M{start:.0f} {one.bottom:.0f}C{start:.0f} {one.bottom + bend:.0f} '
            f'{other.middle:.0f} {other.y - bend:.0f} {other.middle:.0f} {other.y:.0f}" '
            'marker-end="url(#arrow)"/>'
        )


def _box(box: Box) -> str:
    lines = [
        f'<text class="name" x="{box.middle:.0f}" y="{box.y + 20:.0f}">{escape(box.name)}</text>'
    ]
    for number, text in enumerate(box.about, 1):
        y = box.y + 20 + _LINE * number
        lines.append(f'<text x="{box.middle:.0f}" y="{y:.0f}">{escape(text)}</text>')
    frame = (
        f'<rect x="{box.x:.0f}" y="{box.y:.0f}" width="{box.width:.0f}" '
        f'height="{box.height:.0f}" rx="6"/>'
    )
    return f'<g text-anchor="middle">{frame}{"".join(lines)}</g>'
