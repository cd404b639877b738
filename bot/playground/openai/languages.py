"""Which language a text is in, and the stems of its words: enough of it for the rule model."""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache

ENGLISH, JAPANESE, CHINESE = "en", "ja", "zh"
WESTERN = (ENGLISH, "de", "es", "fr", "pt")

_HAN = "\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_KANA = "\u3040-\u30ff"
UNSPACED = re.compile(f"[{_HAN}{_KANA}]+")  # written without spaces between words
_JAPANESE = re.compile(f"[{_KANA}]")
SPACED = re.compile(rf"[^\W_{_HAN}{_KANA}]+")
# Letters and marks that only one of the languages writes.
_TELLING = {
    "de": "äöß",
    "es": "ñ¿¡",
    "fr": "œèêùûî",
    "pt": "ãõ",
    "it": "èòìù",
    "pl": "ąęłńśźż",
    "sv": "åäö",
    "da": "åæø",
    "tr": "ığşöü",
    "ro": "ășț",
}
_SHORTEST_STEM = 3
_ENDINGS: Mapping[str, Sequence[str]] = {
    language: sorted(endings.split(), key=len, reverse=True)
    for language, endings in {
        "en": "ations ation ments ment ings ing ions ion ities ity ies ed es s e y",
        "de": "ungen ung ern em en er es et e n s t te ten",
        "es": "aciones acion amientos amiento mente ando iendo amos emos imos ados adas ado ada "
        "idos idas ido ida ar er ir aron as os es an en a o e s",
        "fr": "ements ement ations ation euses euse ees ee er ez ent ons ait aient es e s x",
        "pt": "acoes acao coes cao amentos amento mente ando endo indo amos emos ados adas ado ada "
        "idos idas ido ida ar er ir oes ao as os es am em a o e s m",
    }.items()
}


@lru_cache(maxsize=50_000)
def stem(word: str, language: str = ENGLISH) -> str:
    """Return *word* without its ending and accents."""
    word = plain(word).strip("-")
    for ending in _ENDINGS.get(language, ()):
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            return word[: -len(ending)]
    return word


def plain(text: str) -> str:
    """Return *text* in small letters, without accents."""
    if text.isascii():
        return text.lower()
    parts = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(part for part in parts if not unicodedata.combining(part))
    return unicodedata.normalize("NFC", kept)


def likely(text: str, function_words: Mapping[str, frozenset[str]]) -> tuple[str, ...]:
    """Return the languages that *text* may be in, the likeliest first; English if it is foreign."""
    if UNSPACED.search(text):
        return (JAPANESE,) if _JAPANESE.search(text) else (CHINESE, JAPANESE)
    said = text.casefold()
    words = [word.casefold() for word in SPACED.findall(text) if not abbreviates(word, text)]
    found = Counter(
        {
            language: sum(word in function_words[language] for word in words)
            + 2 * sum(said.count(letter) for letter in _TELLING.get(language, ""))
            for language in function_words
        }
    )
    most = max(found.values())
    return tuple(language for language in WESTERN if found[language] == most) or (ENGLISH,)


def abbreviates(word: str, text: str) -> bool:
    """Whether *word* stands in capitals in *text*, as abbreviations and names do."""
    return len(word) > 1 and word.isupper() and not text.isupper()
