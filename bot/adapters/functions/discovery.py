"""Finding the experts that installed packages register as entry points."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points

from bot.functions import GROUP, Function, FunctionExpert
from bot.panel.checks.findings import Finding, bad, good
from bot.panel.errors import Refused
from bot.panel.model import Expert, ExpertName
from bot.panel.roster.expert_checks import check_expert, check_name

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Found:
    """One expert that is a function, and the package that it comes from."""

    expert: Expert
    function: FunctionExpert
    package: str


@dataclass(frozen=True, slots=True)
class Problem:
    """An entry point that is no expert, and why; nothing of an error's text."""

    name: str
    package: str
    what: str


@dataclass(frozen=True, slots=True)
class Discovery:
    """What the installed packages register."""

    found: Sequence[Found] = field(default=())
    problems: Sequence[Problem] = field(default=())

    @property
    def experts(self) -> tuple[Expert, ...]:
        """The experts, for the library."""
        return tuple(one.expert for one in self.found)

    @property
    def functions(self) -> Mapping[str, Function]:
        """What each of them calls."""
        return {one.expert.name: one.function.answer for one in self.found}

    def findings(self) -> list[Finding]:
        """Return what is found, for ``panelbot check``."""
        known = [
            good(f"The expert {one.expert.name} is a function of {one.package}")
            for one in self.found
        ]
        return known + [
            bad(f"{one.package} registers no expert {one.name}: {one.what}", "Mend the package")
            for one in self.problems
        ]

    def warn(self) -> None:
        """Tell the log what could not be taken."""
        for one in self.problems:
            extra = {"expert": one.name, "package": one.package, "reason": one.what}
            log.warning("function.not_found", extra=extra)


def discover(others: Iterable[Expert]) -> Discovery:
    """Load what packages register; *others* are experts whose names and titles are taken."""
    taken = {called for one in others for called in (one.name, one.title)}
    found, problems = list[Found](), list[Problem]()
    for entry in sorted(entry_points(group=GROUP), key=lambda one: (one.name, _package(one))):
        try:
            one = _found(entry, taken)
        except Refused as error:
            problems.append(Problem(entry.name, _package(entry), str(error)))
        else:
            found.append(one)
            taken |= {one.expert.name, one.expert.title}
    return Discovery(found, problems)


def _found(entry: EntryPoint, taken: Iterable[str]) -> Found:
    name = check_name(entry.name)
    if name in taken:
        raise Refused("another expert has that name.")
    function = _loaded(entry)
    return Found(check_expert(_expert(name, function), taken), function, _package(entry))


def _loaded(entry: EntryPoint) -> FunctionExpert:
    try:
        loaded = entry.load()
    except Exception as error:  # noqa: BLE001 - whatever a package does wrong must not stop the bot
        raise Refused(f"loading {entry.value} ends in {type(error).__name__}.") from None
    if not isinstance(loaded, FunctionExpert) or not callable(loaded.answer):
        raise Refused(f"{entry.value} is no FunctionExpert: see @bot.functions.expert.")
    return loaded


def _expert(name: ExpertName, function: FunctionExpert) -> Expert:
    return Expert(
        name=name,
        title=function.title,
        icon=function.icon,
        purpose=function.purpose,
        instructions="",
        function=name,
    )


def _package(entry: EntryPoint) -> str:
    return f"{entry.dist.name} {entry.dist.version}" if entry.dist else "an unknown package"
