"""How alike short texts are, in any language: the cosine of their character n-grams.

Words need no dictionary so, and neither do scripts without spaces. Rare n-grams count more (tf-idf,
among the texts that are compared). The work is linear in the length of the texts, which is bounded.
"""

import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from math import log, sqrt

_N = 3  # letters of words with spaces between them
_LONGEST = 300  # characters that are compared
_UNSPACED = "\u3040"  # from here on, scripts have no spaces, and two letters are a word


def similarities(text: str, others: Sequence[str]) -> Sequence[float]:
    """Return how alike *text* is to each of *others*, from 0 to 1."""
    grams, compared = _grams(text), [_grams(other) for other in others]
    known = Counter(gram for one in compared for gram in one)
    rarity = {gram: log((len(others) + 1) / (known[gram] + 0.5)) for gram in grams}
    own = sqrt(sum(weight * weight for weight in rarity.values()))
    return [_cosine(rarity, own, one, known, len(others)) for one in compared]


def _cosine(
    weights: dict[str, float], own: float, other: frozenset[str], known: Counter[str], count: int
) -> float:
    common = sum(weights[gram] ** 2 for gram in other if gram in weights)
    if not common:
        return 0.0
    theirs = sqrt(sum(log((count + 1) / (known[gram] + 0.5)) ** 2 for gram in other))
    return common / (own * theirs)


@lru_cache(maxsize=512)
def _grams(text: str) -> frozenset[str]:
    folded = unicodedata.normalize("NFKC", text[:_LONGEST]).casefold()
    spaced = "".join(char if char.isalnum() else " " for char in folded)
    grams = set[str]()
    for word in spaced.split():
        size = 2 if max(word) >= _UNSPACED else _N
        padded = f" {word} " if size == _N else word
        grams.update(padded[at : at + size] for at in range(max(1, len(padded) - size + 1)))
    return frozenset(grams)
