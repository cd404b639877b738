"""Reading the settings from the environment: one error names all that are missing or malformed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.settings.config import SETTINGS, Config
from bot.settings.kinds import Malformed
from bot.settings.needs import SLACK_IN, with_implied
from bot.settings.sections.model import OPENAI_API
from bot.settings.setting import Setting

_QUOTES = ('""', "''", "“”", "\u2018\u2019", "``")
_BY_NAME = {setting.name: setting for setting in SETTINGS.values()}


@dataclass(frozen=True, slots=True)
class Problem:
    """One setting that is missing or malformed, and what to do."""

    name: str
    what: str
    remedy: str = ""

    def __str__(self) -> str:
        return f"{self.name} {self.what}. {self.remedy}".strip()


class ConfigError(Exception):
    """Some settings are missing or malformed; all of them are named."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


def read(environ: Mapping[str, str], *needs: str) -> Config:
    """Return the settings, all checked. Raises ConfigError, also if one of *needs* is missing."""
    values: dict[str, object] = {}
    problems: list[Problem] = []
    for field, setting in SETTINGS.items():
        given = environ.get(setting.name, "").strip()
        try:
            values[field] = parsed(setting, given) if given else setting.kind.default
        except ConfigError as error:
            problems += error.problems
    problems += _missing(environ, with_implied(needs, environ))
    if problems:
        raise ConfigError(tuple(problems))
    if (
        not environ.get("PANELBOT_HARD_MODEL", "").strip()
        and values["openai_base_url"] != OPENAI_API
    ):
        values["hard_model"] = values["expert_model"]  # what else is there, nobody knows
    return Config(**values)  # type: ignore[arg-type]  # each by the kind that its field declares


def parsed(setting: Setting[object], given: str) -> object:
    """Return the value of *setting* that is *given* as text. Raises ConfigError."""
    try:
        return setting.kind.parse(_without_quotes(given))
    except Malformed as error:
        remedy = f"Did you mean {setting.name}={error.meant}?" if error.meant else ""
        problem = Problem(setting.name, error.what, remedy or _example(setting.name))
        raise ConfigError((problem,)) from None


def _without_quotes(given: str) -> str:
    if len(given) > 1 and given[0] + given[-1] in _QUOTES:
        raise Malformed("has quotes around its value; leave them out")
    return given


def _missing(environ: Mapping[str, str], needs: tuple[str, ...]) -> Iterator[Problem]:
    for need in needs:
        names = need.split(" or ")
        if any(environ.get(name, "").strip() for name in names):
            continue
        if (need,) == SLACK_IN:
            socket_mode, http = (_BY_NAME[name].example for name in names)
            yield Problem(
                need,
                "is missing",
                f"For Socket Mode: {names[0]}={socket_mode}. For HTTP: {names[1]}={http}",
            )
        else:
            yield Problem(need, "is missing", _example(names[0]))


def _example(name: str) -> str:
    return f"For example {name}={_BY_NAME[name].example}"
