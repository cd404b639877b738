"""Finding the experts that installed packages register as entry points."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from bot.adapters.functions.entries import RegisteredExpert, Unreadable, load, registered
from bot.characters import whole
from bot.functions import FunctionExpert
from bot.panel.checks.findings import Finding, bad, good
from bot.panel.errors import Refused
from bot.panel.model import Expert, ExpertName
from bot.panel.roster.expert_checks import check_expert, check_name

log = logging.getLogger(__name__)

_REMEDY = "Fix the package, or uninstall it; the bot works without it"


@dataclass(frozen=True, slots=True)
class InstalledExpert:
    """An expert that is a function, and the package that registers it."""

    expert: Expert
    function: FunctionExpert
    package: str
    entry: str  # the value of the entry point: "acme_experts:orders"


@dataclass(frozen=True, slots=True)
class Problem:
    """An entry point that cannot be used, and why; without the text of any error."""

    name: str  # empty if nobody knows what the package registers
    package: str
    what: str

    @property
    def named(self) -> str:
        """The name in a sentence, after the word expert."""
        return f" {self.name}" if self.name else ""


@dataclass(frozen=True, slots=True)
class Discovery:
    """What the installed packages register."""

    installed: Sequence[InstalledExpert] = field(default=())
    problems: Sequence[Problem] = field(default=())

    @property
    def experts(self) -> tuple[Expert, ...]:
        return tuple(installed.expert for installed in self.installed)

    def findings(self) -> list[Finding]:
        usable = [
            good(f"The expert {installed.expert.name} is a function of {installed.package}")
            for installed in self.installed
        ]
        unusable = [
            bad(f"{problem.package} registers no expert{problem.named}: {problem.what}", _REMEDY)
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
    for found in sorted(registered(), key=_order):
        if isinstance(found, Unreadable):
            problems.append(Problem("", found.package, f"its metadata ends in {found.why}."))
            continue
        try:
            expert = _installed_expert(found, taken)
        except Refused as error:
            problems.append(Problem(found.entry.name, found.package, str(error)))
        else:
            installed.append(expert)
            taken |= {expert.expert.name, expert.expert.title}
    return Discovery(installed, problems)


def _order(found: RegisteredExpert | Unreadable) -> tuple[str, str]:
    name = found.entry.name if isinstance(found, RegisteredExpert) else ""
    return name, found.package


def _installed_expert(found: RegisteredExpert, taken: Iterable[str]) -> InstalledExpert:
    name = check_name(found.entry.name)
    if name in taken:
        raise Refused("another expert has that name.")
    loaded = load(found.entry)
    try:
        function = _function(loaded, found.entry.value)
        expert = _expert(name, function, taken)
        return InstalledExpert(expert, function, found.package, found.entry.value)
    except Refused:
        raise
    except BaseException as error:  # noqa: BLE001 - a subclass's attributes may do anything
        raise Refused(f"reading {found.entry.value} ends in {type(error).__name__}.") from None


def _function(loaded: object, value: str) -> FunctionExpert:
    if not isinstance(loaded, FunctionExpert):
        raise Refused(f"{value} is no FunctionExpert: see @bot.functions.expert.")
    return loaded


def _expert(name: ExpertName, function: FunctionExpert, taken: Iterable[str]) -> Expert:
    if not callable(function.answer):
        raise Refused("its function cannot be called.")
    expert = Expert(
        name=name,
        title=_text(function, "title"),
        icon=_text(function, "icon"),
        purpose=_text(function, "purpose"),
        instructions="",
        function=name,
    )
    return check_expert(expert, taken)


def _text(function: FunctionExpert, field: str) -> str:
    value = getattr(function, field)
    if not isinstance(value, str):
        raise Refused(f"the {field} must be a text, and is of the type {type(value).__name__}.")
    return whole(value)
