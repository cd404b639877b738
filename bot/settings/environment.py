"""Reading the settings from the environment: one error names all that are missing or malformed."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.settings.config import SETTINGS, Config
from bot.settings.sections.model import OPENAI_API


@dataclass(frozen=True, slots=True)
class Problem:
    """One setting that is missing or malformed, and what it should look like."""

    name: str
    what: str
    example: str

    def __str__(self) -> str:
        return f"{self.name} {self.what}, for example {self.name}={self.example}"


class ConfigError(Exception):
    """Some settings are missing or malformed; all of them are named."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


def read(environ: Mapping[str, str], *needs: str) -> Config:
    """Return the settings in *environ*; raises ConfigError if one of *needs* is missing.

    Whatever is given is checked, needed or not.
    """
    values: dict[str, object] = {}
    problems: list[Problem] = []
    for field, setting in SETTINGS.items():
        given = environ.get(setting.name, "").strip()
        values[field] = setting.kind.default
        if given:
            try:
                values[field] = setting.kind.parse(given)
            except ValueError:
                problems.append(Problem(setting.name, setting.kind.expected, setting.example))
        elif setting.name in needs:
            problems.append(Problem(setting.name, "is missing", setting.example))
    if (
        not environ.get("PANELBOT_HARD_MODEL", "").strip()
        and values["openai_base_url"] != OPENAI_API
    ):
        values["hard_model"] = values["expert_model"]  # what else is there, nobody knows
    if problems:
        raise ConfigError(tuple(problems))
    return Config(**values)  # type: ignore[arg-type]  # each by the kind that its field declares
