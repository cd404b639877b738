"""Small pictures, drawn dot by dot: what the rule model can draw without a model for it."""

import struct
import zlib
from collections.abc import Callable, Sequence
from hashlib import sha256

Colour = tuple[int, int, int]

WIDTH, HEIGHT = 320, 200
_WHITE: Colour = (255, 255, 255)
_BAR: Colour = (46, 98, 178)
_GAP = 8
_TILES = 8  # across


def bars(values: Sequence[float]) -> bytes:
    """Return a bar chart as a PNG."""
    top = max([*values, 0]) or 1
    width = WIDTH / max(len(values), 1)

    def colour(x: int, y: int) -> Colour:
        value = values[int(x / width)] if values else 0
        inside = _GAP / 2 <= x % width < width - _GAP / 2
        return _BAR if inside and HEIGHT - y <= max(value, 0) / top * (HEIGHT - _GAP) else _WHITE

    return _png(colour)


def pattern(words: str) -> bytes:
    """Return a picture as a PNG: tiles in two colours, mirrored, of their own for all *words*."""
    seed = sha256(words.encode()).digest()
    size = WIDTH // _TILES
    fore: Colour = (seed[0], seed[1] // 2, seed[2])
    back: Colour = (255 - seed[0] // 8, 255 - seed[1] // 8, 255 - seed[2] // 8)

    def colour(x: int, y: int) -> Colour:
        column, row = min(x // size, _TILES - 1 - x // size), y // size
        return fore if seed[(3 + row * 4 + column) % len(seed)] % 2 else back

    return _png(colour)


def _png(colour: Callable[[int, int], Colour]) -> bytes:
    rows = (
        b"\0" + bytes(part for x in range(WIDTH) for part in colour(x, y)) for y in range(HEIGHT)
    )
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)  # eight bits of each of RGB
    chunks = (b"IHDR", header), (b"IDAT", zlib.compress(b"".join(rows))), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
