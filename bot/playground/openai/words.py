"""Which words of two texts have to do with each other: enough of it for the rule model."""

import re
from collections.abc import Mapping

_WORD = re.compile(r"[a-zà-ÿ][a-zà-ÿ'-]+", re.IGNORECASE)
_ENDINGS = "ations ation ments ment ings ing ions ion ies ed es s e y".split()  # noqa: SIM905 - same
_STOP = frozenset(
    """
    a about above after again all also am an and any anybody are as ask at be because been
    before being below between both but by can cannot could did do does doing down during
    each few for from further get give had has have having he her here hers him his how i if
    in into is it its just know let like make many may me might more most much must my need
    no nor not now of off on once one only or other our out over own please put really same
    say see shall she should so some something such take tell than thank thanks that the
    their them then there these they thing think this those through to too under until up us
    use used using very want was way we well were what when where whether which while who
    whom why will with without would yes you your
    """.split()  # noqa: SIM905 - as a list it would not fit a page
)

# What people say, and the subject that it belongs to: words of experts' descriptions.
_SUBJECTS: Mapping[str, str] = {
    "mit": "licence",
    "gpl": "licence",
    "apache": "licence",
    "license": "licence",
    "licensing": "licence",
    "copyright": "licence",
    "closed": "licence",
    "proprietary": "licence",
    "agreement": "contract",
    "nda": "contract",
    "gdpr": "privacy",
    "personal": "privacy",
    "sue": "liability",
    "price": "cost",
    "pricing": "cost",
    "expensive": "cost",
    "cheap": "cost",
    "pay": "cost",
    "money": "budget",
    "invest": "budget",
    "hack": "security",
    "vulnerability": "security",
    "breach": "security",
    "password": "authentication",
    "login": "authentication",
    "code": "engineering",
    "api": "engineering",
    "database": "engineering",
    "refactor": "engineering",
    "bug": "engineering",
    "customers": "users",
    "feature": "product",
    "roadmap": "product",
    "hire": "hiring",
    "outage": "incidents",
    "deploy": "operations",
    "campaign": "marketing",
    "slogan": "marketing",
}  # fmt: skip


def stems(text: str) -> set[str]:
    """Return what the words of *text* are about."""
    words = [word.strip("'-") for word in _WORD.findall(text.casefold())]
    found = {stem(word) for word in words if word not in _STOP}
    subjects = {stem(_SUBJECTS[word]) for word in words if word in _SUBJECTS}
    return found | subjects


def stem(word: str) -> str:
    """Return *word* without its ending."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


def shared_words(question: str, other: str) -> list[str]:
    """Return the words of *question* that have to do with *other*, in their order."""
    subjects = stems(other)
    found = [word for word in _WORD.findall(question) if stems(word) & subjects]
    return list(dict.fromkeys(found))
