"""Names in the environment that are no settings, but seem to be meant as such.

They are told, and nobody is stopped by them: the next version may know them, the last may have.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from functools import cache

from bot.panel.errors import Refused
from bot.panel.names import did_you_mean, nearest
from bot.settings.config import SETTINGS
from bot.settings.yaml_files.files import text_of

_NAMES = tuple(setting.name for setting in SETTINGS.values())
_OURS = re.compile(r"PANEL[_-]?BOT[_-]?|(?P<word>[A-Z]+)[_-]")
_VENDORS = ("SLACK", "OPENAI", "OPEN_AI", "REDIS", "LOG", "OTEL")
_LIKE_OURS, _LIKE_A_VENDORS = 0.8, 0.75  # of 1.0
_LIKE_OPENTELEMETRYS = 0.95  # which has many more, that are alike
_OTHERS = frozenset(  # settings of Slack's and OpenAI's libraries, and what is usual beside them
    {
        *("OPENAI_ADMIN_KEY", "OPENAI_API_TYPE", "OPENAI_API_VERSION", "OPENAI_LOG"),
        *("OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_WEBHOOK_SECRET"),
        *("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "SLACK_USER_TOKEN", "SLACK_WEBHOOK_URL"),
    }
)
_OF_OUR_TESTS = {
    f"PANELBOT_{name}"
    for name in ("CHROMIUM", "FAULTS_SEED", "NEWEST", "OTHER_PYTHONS", "PEERS", "SHARED")
}
_ALSO_CALLED = {
    "OPENAI_API_BASE": "OPENAI_BASE_URL",
    "OPENAI_TOKEN": "OPENAI_API_KEY",
    "REDIS_ADDRESS": "REDIS_URL",
    "SLACK_TOKEN": "SLACK_BOT_TOKEN",
}
# Kubernetes sets these in every container, for a service whose name begins with panelbot.
_OF_KUBERNETES = re.compile(
    r"\w+_(?:SERVICE_HOST|SERVICE_PORT(?:_\w+)?|PORT_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)"
)
_ADDRESS = re.compile(r"(?:tcp|udp|sctp)://")


def remarks(environ: Mapping[str, str]) -> list[str]:
    """Return a sentence for each name in *environ* that seems misspelt, and each value padded."""
    hints = {name: hint for name in sorted(environ) if (hint := _hint(name, environ)) is not None}
    in_tools = _words_of(environ.get("PANELBOT_TOOLS", "").strip()) if hints else frozenset()
    padded = [name for name in _NAMES if environ.get(name, "").strip() != environ.get(name, "")]
    return [
        *(
            f"{name} is set, but is not a setting of Panelbot.{hint}"
            for name, hint in hints.items()
            if name not in in_tools
        ),
        *(
            f"{name} has blanks or line breaks around its value, which are left out."
            for name in padded
        ),
    ]


def _hint(name: str, environ: Mapping[str, str]) -> str | None:
    """Return what *name* may mean, after a space, or nothing; None if it is not ours to judge."""
    value = environ[name].strip()
    if name in _NAMES or name in _OTHERS or name in _OF_OUR_TESTS or not value:
        return None
    if _OF_KUBERNETES.fullmatch(name) or _ADDRESS.match(value):
        return None
    known, key = _known(), _key(name)
    if len(key) < len(_letters(name)):
        return did_you_mean(key, (), spellings=known, most=1)
    free = {
        key: one for key, one in known.items() if one not in environ and one.startswith(_VENDORS)
    }
    if name.upper().startswith(_VENDORS):
        meant = _letters(_ALSO_CALLED.get(name, name))
        is_otel = name.upper().startswith("OTEL")
        least = _LIKE_OPENTELEMETRYS if is_otel else _LIKE_A_VENDORS
        near = nearest(meant, (), spellings=free, most=1, least=least)
        return did_you_mean(near[0], near) if near else None
    is_meant = key in known and "_" in name  # HOST and LANGUAGE are of others
    return did_you_mean(known[key], known.values(), most=1) if is_meant else None


@cache
def _known() -> Mapping[str, str]:
    return {_key(one): one for one in _NAMES}


def _key(name: str) -> str:
    """Return the letters and digits of *name*, without our prefix or what looks like it."""
    match = _OURS.match(name.upper())
    is_ours = match and (
        not (word := match["word"]) or nearest(word, ["PANELBOT"], least=_LIKE_OURS)
    )
    return _letters(name[match.end() :] if match and is_ours else name)


def _letters(name: str) -> str:
    return re.sub(r"[\W_]", "", name.upper())


def _words_of(file: str) -> frozenset[str]:
    """Return the words of the tools file, which names variables of its own."""
    with suppress(Refused):  # whoever reads the file says so
        return frozenset(re.findall(r"\w+", text_of(file, file)) if file else ())
    return frozenset()
