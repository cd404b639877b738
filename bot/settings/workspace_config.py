"""The settings of one workspace: the deployment's, with what the workspace has of its own over it.

1. The deployment's key never goes to a server that a workspace names, nor does a workspace's to
   the deployment's server: key and address count together. A key alone is one of OpenAI's.
2. An id of a person, a channel or an app means somebody in one workspace, and somebody else in
   another: those in the deployment's lists give nobody any right here.
3. What the deployment bounds (``Own``) is bounded whenever it is read: the deployment's settings
   may have become stricter since somebody set the workspace's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import inf

from bot.panel.budgets.limits import Level
from bot.panel.installations.workspace_settings import Origin
from bot.panel.names import did_you_mean
from bot.settings.config import SETTINGS, Config
from bot.settings.environment import ConfigError, Problem, parsed
from bot.settings.sections.model import OPENAI_API
from bot.settings.setting import Own, Setting, as_text

OWN_SETTINGS: Mapping[str, Setting[object]] = {
    field: setting for field, setting in SETTINGS.items() if setting.own
}
"""The settings that a workspace may have of its own, by fields."""

KEY, ADDRESS = SETTINGS["openai_api_key"].name, SETTINGS["openai_base_url"].name
_FIELDS = {setting.name: field for field, setting in OWN_SETTINGS.items()}
_OF_SERVER = ("backend", "history_tokens", "compact_tokens", "members_models")
_MODELS = ("router_model", "expert_model", "hard_model", "fallback_models")


@dataclass(frozen=True, slots=True)
class ModelServer:
    """What belongs together of a model's server: workspaces with the same share a client."""

    api_key: str = field(repr=False)
    base_url: str
    backend: str
    history_tokens: int
    compact_tokens: int


def model_server(config: Config) -> ModelServer:
    """Return which server *config* names, and how it is used."""
    return ModelServer(
        config.openai_api_key,
        config.openai_base_url,
        config.backend,
        config.history_tokens,
        config.compact_tokens,
    )


def named_models(config: Config) -> Sequence[tuple[str, str]]:
    """Return the models that the settings name: the name of each setting, and the model's."""
    follows = config.hard_model == config.expert_model  # also where it is not set: nothing to blame
    return [
        ("PANELBOT_ROUTER_MODEL", config.router_model),
        ("PANELBOT_EXPERT_MODEL", config.expert_model),
        *(() if follows else [("PANELBOT_HARD_MODEL", config.hard_model)]),
        *(("PANELBOT_FALLBACK_MODELS", name) for name in config.fallback_models),
    ]


def workspace_config(deployment: Config, team_id: str, own: Mapping[str, str]) -> Config:
    """Return the settings of the workspace that has *own* values: texts, by names of settings.

    Names that a workspace may not set (any more) count for nothing. Raises ConfigError if a value
    cannot be read: the deployment's in its place might allow what the workspace has forbidden.
    """
    given = {name: text for name, text in own.items() if name in _FIELDS}
    deployment = _without_ids(deployment)
    if not given:
        return deployment
    if ADDRESS in given and KEY not in given:
        raise ConfigError((Problem(ADDRESS, "is set without a key", f"Set {KEY} with it."),))
    values = {_FIELDS[name]: parsed(OWN_SETTINGS[_FIELDS[name]], given[name]) for name in given}
    base = deployment
    if KEY in given:
        values.setdefault("openai_base_url", OPENAI_API)
        if values["openai_base_url"] != deployment.openai_base_url:
            base = _without_models(deployment)
    bounded = {name: bound(name, value, deployment, team_id) for name, value in values.items()}
    config = replace(base, **bounded)  # type: ignore[arg-type]  # each by its field's kind
    follows = base.hard_model == base.expert_model or base is not deployment
    if config.openai_base_url != OPENAI_API and follows and "hard_model" not in values:
        return replace(config, hard_model=config.expert_model)
    return config


def check(deployment: Config, team_id: str, changes: Mapping[str, str | None]) -> None:
    """Raise ConfigError, which names all problems, if a workspace cannot make *changes*."""
    problems: list[Problem] = []
    for name, text in changes.items():
        if name not in _FIELDS:
            hint = did_you_mean(name, _FIELDS).strip()
            problems.append(Problem(name, "cannot be set for a workspace", hint))
            continue
        if not text:
            continue
        try:
            value = parsed(OWN_SETTINGS[_FIELDS[name]], text)
        except ConfigError as error:
            problems += error.problems
            continue
        if _exceeds(_FIELDS[name], value, deployment, team_id):
            most = as_text(getattr(deployment, _FIELDS[name]))
            problems.append(Problem(name, f"is more than this installation allows: {most}"))
    if problems:
        raise ConfigError(tuple(problems))


def origin(deployment: Config, config: Config, own: Mapping[str, str], name: str) -> Origin:
    """Return where the value of the field *name* of a workspace's *config* comes from."""
    setting, value = SETTINGS[name], getattr(config, name)
    if setting.name in own:
        is_added = setting.own in (Own.BESIDES, Own.OPERATOR)
        if is_added or value == parsed(setting, own[setting.name]):
            return Origin.WORKSPACE
    elif value != getattr(deployment, name) and name in ("openai_base_url", "hard_model"):
        return Origin.WORKSPACE  # of its key, and of its experts' model
    return Origin.DEFAULT if value == setting.kind.default else Origin.DEPLOYMENT


def bound(name: str, value: object, deployment: Config, team_id: str) -> object:
    """Return what counts of a workspace's *value* for the field *name*."""
    ceiling = getattr(deployment, name)
    if name == "budgets" and isinstance(value, tuple):
        levels = {one.level for one in value} - {Level.DEPLOYMENT}
        others = [one for one in ceiling if one.level not in levels]
        return (*others, *(one for one in value if one.level is not Level.DEPLOYMENT))
    match OWN_SETTINGS[name].own, value:
        case Own.AT_MOST, int() | float():
            return min(value, ceiling)
        case Own.AT_MOST_OR_ZERO, int() | float():
            return min(value or inf, ceiling or inf) if value or ceiling else 0
        case Own.WITHIN, frozenset():
            return value if not ceiling.isdisjoint({"all", team_id}) else value & ceiling
        case Own.BESIDES, frozenset():
            return value | ceiling
    return value


def _exceeds(name: str, value: object, deployment: Config, team_id: str) -> bool:
    if name == "budgets" and isinstance(value, tuple):
        return any(one.level is Level.DEPLOYMENT for one in value)
    if OWN_SETTINGS[name].own is Own.BESIDES:
        return False
    return bound(name, value, deployment, team_id) != value


def _without_ids(deployment: Config) -> Config:
    """Return *deployment* with the words of its lists alone, or only admins if there are none."""
    named = [name for name, one in OWN_SETTINGS.items() if one.own is Own.NAMED_THERE]
    words = {name: frozenset(filter(str.islower, getattr(deployment, name))) for name in named}
    admins = frozenset({"admins"})
    kept = {n: known or (SETTINGS[n].kind.default and admins) for n, known in words.items()}
    return replace(deployment, **kept)  # type: ignore[arg-type]  # each by its field's kind


def _without_models(deployment: Config) -> Config:
    defaults = {name: SETTINGS[name].kind.default for name in (*_OF_SERVER, *_MODELS)}
    return replace(deployment, **defaults)  # type: ignore[arg-type]  # each by its field's kind
