"""Running the probes of all services, and writing down what they saw."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.panel.checks.probes import Observation


@dataclass(frozen=True, slots=True)
class Report:
    """What was seen, of whom and when."""

    at: datetime
    version: str
    services: Sequence[str]  # whom was asked
    observations: Sequence[Observation]
    left: Sequence[str] = ()  # what could not be deleted afterwards

    @property
    def is_complete(self) -> bool:
        """Whether every check has run, and nothing is left of them."""
        return not self.left and not any(one.problem for one in self.observations)


def as_markdown(report: Report) -> str:
    """Return *report* as a page."""
    failed = sum(bool(one.problem) for one in report.observations)
    lines = [
        f"# What the services did on {report.at:%Y-%m-%d}",
        "",
        f"Panelbot {report.version} asked at {report.at:%Y-%m-%d %H:%M} UTC:",
        "",
        *(f"- {service}" for service in report.services),
        "",
        f"{len(report.observations)} checks; {failed} of them could not run.",
    ]
    for one in report.observations:
        lines += ["", *_section(one)]
    if report.left:
        lines += ["", "## Left over", "", "Delete these by hand:", ""]
        lines += [f"- {_plain(one)}" for one in report.left]
    return "\n".join([*lines, ""])


def _section(one: Observation) -> list[str]:
    seen = f"**Could not run:** {_plain(one.problem)}" if one.problem else _plain(one.seen)
    return [
        f"## {one.check.name}: {one.check.question}",
        "",
        seen,
        "",
        f"Counted on: {one.check.assumed} ({one.seconds:.1f} s)",
    ]


def _plain(text: str) -> str:
    """Return what a service may have said on one line, and so that it marks nothing up."""
    return " ".join(text.split()).replace("<", "&lt;").replace("`", "'")
