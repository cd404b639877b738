"""``--since``: a date, or a number of days."""

import time
from datetime import UTC, datetime

import click

_DAY = 24 * 60 * 60


class _Since(click.ParamType[float]):
    """A date, or a number of days; as seconds since 1970."""

    name = "DATE|DAYS"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        text = str(value)
        try:
            if text.replace(".", "", 1).isdecimal():
                return time.time() - float(text) * _DAY
            at = datetime.fromisoformat(text)
        except ValueError:
            self.fail(f"{text!r} is neither a date such as 2026-11-30 nor a number of days")
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()


since_option = click.option(
    "--since", type=_Since(), help="Only since this date, or the last DAYS days."
)
