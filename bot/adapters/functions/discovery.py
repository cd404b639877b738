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
class InstalledExpert:
    """An expert that is a function, and the package that registers it."""

    expert: Expert
    function: FunctionExpert
    package: str


@dataclass(frozen=True, slots=True)
class Problem:
    """An entry point that cannot be used, and why; without the text of any error."""

    name: str
    package: str
    what: str


@dataclass(frozen=True, slots=True)
class Discovery:
    """What the installed packages register."""

    installed: Sequence[InstalledExpert] = field(default=())
    problems: Sequence[Problem] = field(default=())

    @property
    def experts(self) -> tuple[Expert, ...]:
        """The experts, for the library."""
        return tuple(installed.expert for installed in self.installed)

    @property
    def functions(self) -> Mapping[str, Function]:
        """Their functions, by the names of the experts."""
        return {installed.expert.name: installed.function.answer for installed in self.installed}

    def findings(self) -> list[Finding]:
        """Return the findings for ``panelbot check``."""
        usable = [
            good(f"The expert {installed.expert.name} is a function of {installed.package}")
            for installed in self.installed
        ]
        unusable = [
            bad(
                f"{problem.package} registers no expert {problem.name}: {problem.what}",
                "Fix the package",
            )
            for problem in self.problems
        ]
        return usable + unusable

    def warn(self) -> None:
        """Log the entry points that cannot be used."""
        for problem in self.problems:
            extra = {"expert": problem.name, "package": problem.package, "reason": problem.what}
            log.warning("function.not_found", extra=extra)


def discover(others: Iterable[Expert]) -> Discovery:
    """Load what packages register; *others* are experts whose names and titles are taken."""
    taken = {name for expert in others for name in (expert.name, expert.title)}
    installed, problems = list[InstalledExpert](), list[Problem]()
    entries = sorted(entry_points(group=GROUP), key=lambda entry: (entry.name, _package(entry)))
    for entry in entries:
        try:
            expert = _installed_expert(entry, taken)
        except Refused as error:
            problems.append(Problem(entry.name, _package(entry), str(error)))
        else:
            installed.append(expert)
            taken |= {expert.expert.name, expert.expert.title}
    return Discovery(installed, problems)


def _installed_expert(entry: EntryPoint, taken: Iterable[str]) -> InstalledExpert:
    name = check_name(entry.name)
    if name in taken:
        raise Refused("another expert has that name.")
    function = _load(entry)
    expert = check_expert(_expert(name, function), taken)
    return InstalledExpert(expert, function, _package(entry))


def _load(entry: EntryPoint) -> FunctionExpert:
    try:
        loaded = entry.load()
    except Exception as error:  # noqa: BLE001 - no error of a package may stop the bot
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
