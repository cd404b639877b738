"""The kinds of numbers that settings have; errors understand units and separators."""

import re
from collections.abc import Mapping

from bot.settings.kinds import Kind, malformed

_TIMES = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_SIZES = {"k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40}
_COUNTS = {"k": 1_000, "m": 1_000_000}
_UNITS: Mapping[str, tuple[Mapping[str, int], int]] = {  # others, and how many of them it has
    "seconds": (_TIMES, 1),
    "hours": (_TIMES, 3_600),
    "days": (_TIMES, 86_400),
    "megabytes": (_SIZES, 2**20),
}
_WITH_UNIT = re.compile(r"(\d+(?:\.\d+)?)\s*(?!ms|mo)([a-z])[a-z]*", re.IGNORECASE)
_GROUPED = re.compile(r"\d{1,3}(?:[,.' ]\d{3})+")


def number(least: float, most: float, *, default: float, unit: str = "") -> Kind[float]:
    """Return the kind of numbers from *least* to *most*; *unit* is a plural."""

    def parse(value: str) -> float:
        given = _number(value)
        if given is None or not least <= given <= most:
            meant = _meant(value, unit)
            fits = meant is not None and least <= meant <= most
            expected = f"a number{_of(unit)}, {least:g} to {most:g}"
            raise malformed(value, expected, f"{meant:g}" if fits else "")
        return given

    return Kind(parse, default)


def whole_number(
    least: int, most: int, *, default: int, or_zero: bool = False, unit: str = ""
) -> Kind[int]:
    """Return the kind of whole numbers from *least* to *most*; *unit* is a plural."""

    def fits(given: float | None) -> bool:
        is_in_range = given is not None and (least <= given <= most or (or_zero and given == 0))
        return is_in_range and given == round(given or 0)

    def parse(value: str) -> int:
        try:
            given = int(value)
        except ValueError:
            given = None
        if given is None or not fits(given):
            meant = _meant(value, unit)
            zero = " (or 0)" if or_zero else ""
            expected = f"a whole number{_of(unit)}, {least} to {most}{zero}"
            raise malformed(value, expected, f"{meant:.0f}" if fits(meant) else "")
        return given

    return Kind(parse, default)


def _of(unit: str) -> str:
    return f" of {unit}" if unit else ""


def _number(value: str) -> float | None:
    try:
        return float(value)
    except ValueError:
        return None


def _meant(value: str, unit: str) -> float | None:
    if _GROUPED.fullmatch(value):
        return float(re.sub(r"\D", "", value))
    if match := _WITH_UNIT.fullmatch(value):
        others, own = _UNITS.get(unit, (_COUNTS, 1))
        factor = others.get(match[2].casefold())
        return factor and float(match[1]) * factor / own
    return _number(value.replace(",", "."))
