"""The first words of what a server says of an error, without anything that people wrote.

Servers quote: the value that they reject, the text that is too long, the prompt that a filter
found, the key. What is left after these steps may be logged and kept:

0. Escapes of JSON, HTML and URLs, look-alike letters and invisible characters are resolved.
1. What follows an announcement (``input_value=``, ``Invalid value: …``) is cut off.
2. What stands in quotation marks goes, unless it is a word that servers use themselves.
3. Addresses, keys, long numbers, base64, spelt-out words and what is set after ``=`` go.
4. A word that shares six letters with what we sent goes, unless servers use it themselves. If the
   server knows more than is at hand (it keeps the conversation), every other word goes.
5. The rest is cut at 120 characters.
"""

import base64
import html
import json
import re
import unicodedata
from contextlib import suppress
from functools import cache
from urllib.parse import unquote

from bot.adapters.openai.refusals.faults import BY_CODE
from bot.adapters.openai.refusals.wordings import WORDINGS

LONGEST = 120
_READ = 4000  # characters
_GONE = "…"
_ANNOUNCING = re.compile(
    r"input_value\b|\bat pos(?:ition)? \d+:|\binput=|['\"]input['\"]:|\[type=|"
    r"\b(?:value|values|input|inputs|prompt|prompts|content|text|message|messages|query|question|"
    r"got|received|given|string|body|payload|near|data)\s*(?:was|is|were|are)?\s*(?::|=>|->)"
    r"(?!\s*['\"`]?[\w.\-]{1,40}['\"`](?:\W|$))(?!\s*(?:unsupported|invalid|string too|your)\b)",
    re.IGNORECASE,
)
# Fields of requests about what the server keeps: it knows more than the request says.
_ELSEWHERE = frozenset({"assistant_id", "conversation", "previous_response_id"})
_CLOSING = {"“": "”", "\u2018": "\u2019", "«": "»", "„": "“", "「": "」"}
_QUOTING = re.compile("(?<!\\w)['\"`“\u2018«„「]")
_SIMPLE = re.compile(r"\S{0,60}")
_SPELT = re.compile(r"\b(?:(?:\w|\d{2,3}|[\da-f]{2})\b[\W_]{1,4}){4,}\w{1,3}\b", re.IGNORECASE)
_PART = re.compile(r"[^\W_]+")
_SECRET = re.compile(
    r"://|www\.|@|\bsk-|\b(?:bearer|basic)\b|\d{7,}|\*{3,}|"
    r"^(?=\D*\d)[\w+/=\-.:*]{24,}$|(?=\w*\d)(?=\w*(?-i:[a-z]))(?=\w*(?-i:[A-Z]))\w{16,}",
    re.IGNORECASE,
)
_SET = re.compile(r"(?<=\w)=(?!=)\S+")
_BASE64 = re.compile(r"[A-Za-z\d+/\-]{8,}")
_ESCAPED = re.compile(
    r"\\+(?:u\{?([\da-f]{4}|(?<=\{)[\da-f]+)\}?|x([\da-f]{2})|U([\da-f]{8})|([0-3]?[0-7]{2}))(?![\d])"
)
_RUN = re.compile(r"…(?:[\s,.;:()\[\]{}\-|]*…)+")
# What the examples of refusals do not have: words of errors that pass, of proxies, of validation.
_MORE = """
    a about above accept accepted acceptable account after again all allowed already also an and any
    api are argument arguments array as at attempt auth auto available backend bad balancer
    be because been before below between body boolean both but by call called calls can cannot
    capacity choice client closed code column complete completion conflict connect connected
    connection contact content conversation could credits currently day default deployment
    detected dictionary did disabled disconnect do does duplicate during either empty enabled
    encoding endpoint engine entity error errors event exceed exception expected expired extra
    fail failed failure field fields file files filter first following for forbidden format found
    from function functions gateway generate generated generation get given got greater had
    has have header headers healthy high hour however html http if image images in incomplete
    input instance instead int integer internal into invalid is issue item items it its json key
    large last least less level limit limited limits line list load loaded loading local locked
    long longer low max maximum may medium message messages method min mini minimal minimum
    minute missing mode model models moment more most msg must name need needs network new nginx no
    non none not null number object of off on one only operation option or org organization other
    out output outputs over overloaded own page param parameter parameters parse parsing part path
    payload per permitted pending please port previous problem process processed processing prompt
    property provided provider proxy query queue quota range rate reach reached read reason
    reasoning received refused region reject rejected remote removed request requested requests
    required reset resource response responses restart result retry retries returned role run
    running schema second seconds see seems send sent server service session set should shut size
    slow some something start started state status still stop stopped store stream streaming string
    strict such support supported supports system temporarily temperature text than that the their
    them then there this thread time timed timeout to token tokens too tool tools top total
    truncation try type unable unauthorized unavailable under unexpected unhandled unknown unless
    unprocessable unsupported until up upstream us usage use used user using valid validation
    value values version via wait was we were what when which while will with within without wrong
    you your
    abort aborted allocate allocation assertion batch blocked bounds broken cache connecting core
    cpu crashed cuda device died dimension encountered exhausted exited flagged gpu host index
    initialized kill killed kv matched memory mismatch offline oom overflow peer pipe pool
    position python queued rejected route scheduler shape slot slots socket tensor template those
    tokenizer traceback unhealthy unreachable vram warmup worker workers
"""


@cache
def _vocabulary() -> frozenset[str]:
    examples = (wording.example for wording in WORDINGS)
    texts = " ".join((*examples, _MORE, *BY_CODE))
    return frozenset(part.casefold() for part in _PART.findall(texts))


def first_words(message: str, request: bytes | None, key: str = "") -> str:
    """Return the beginning of *message*, which answers a *request* with that body and *key*."""
    sent = _Sent(request, key)
    text = _SPELT.sub(_GONE, _unescaped(message[:_READ]))
    if announced := _ANNOUNCING.search(text):
        text = f"{text[: announced.end()]} {_GONE}"
    text = _without_quotes(text, sent)
    words = [_GONE if sent.has(word) else word for word in _SET.sub("=…", text).split()]
    shown = _RUN.sub(_GONE, " ".join(words))
    if len(shown) <= LONGEST:
        return shown
    return shown[:LONGEST].rpartition(" ")[0] + " …"


def unquoted(message: str) -> str:
    """Return *message* without what is quoted in it: what a server says itself."""
    return _without_quotes(_unescaped(message[:_READ]), _Sent(None, ""))


class _Sent:
    """The body of a request: what may be repeated of it, and what may not."""

    def __init__(self, request: bytes | None, key: str) -> None:
        text = (request or b"").decode(errors="replace")
        self._is_known = bool(request)
        self._names: set[str] = set()
        try:
            body = json.loads(text)
        except ValueError:
            pass
        else:
            text = "\n".join(self._texts(body))
            self._is_known = self._names.isdisjoint(_ELSEWHERE)
        self._text = "\n".join((_folded(text), _folded(_unescaped(text)), _folded(key)))

    def has(self, word: str) -> bool:
        """Whether *word* may be somebody's: a secret, or one that was sent."""
        if _SECRET.search(word) or _is_base64(word):
            return True
        if word.strip("'\"`.,;:()[]") in self._names:
            return False
        parts = set(_PART.findall(_folded(word))) - _vocabulary()
        return any(self._holds(part) for part in parts)

    def is_own_word(self, quoted: str) -> bool:
        """Whether what is *quoted* is the name of a field or of the model, or a server's word."""
        parts = {part.casefold() for part in _PART.findall(quoted)}
        return quoted in self._names or (bool(_SIMPLE.fullmatch(quoted)) and parts <= _vocabulary())

    def _holds(self, part: str) -> bool:
        if not self._is_known:
            return not part.isdecimal()
        if len(part) >= 4 or not part.isascii():
            pieces = (part[start : start + 6] for start in range(max(1, len(part) - 5)))
            return any(piece in self._text for piece in pieces)
        return re.search(rf"\b{re.escape(part)}|{re.escape(part)}\b", self._text) is not None

    def _texts(self, body: object) -> list[str]:
        """Return all texts in *body*; the names of its fields and of the model are no secret."""
        match body:
            case str():
                return [body]
            case list():
                return [text for item in body for text in self._texts(item)]
            case dict():
                self._names |= body.keys()
                if isinstance(model := body.get("model"), str):
                    self._names.add(model)
                rest = (value for key, value in body.items() if key != "model")
                return [text for value in rest for text in self._texts(value)]
            case _:
                return [str(body)]


def _without_quotes(text: str, sent: _Sent) -> str:
    kept, at = "", 0
    while opening := _QUOTING.search(text, at):
        mark = opening[0]
        end = _end_of_quote(text, opening.end(), _CLOSING.get(mark, mark))
        quoted = text[opening.end() : end]
        shown = f"{mark}{quoted}{text[end : end + 1]}" if sent.is_own_word(quoted) else _GONE
        kept, at = kept + text[at : opening.start()] + shown, end + 1
    return kept + text[at:]


def _end_of_quote(text: str, start: int, closing: str) -> int:
    """Return where the quote ends that begins at *start*.

    That of a single word ends at the next mark. Any other may hold such marks itself, and is
    taken to end at the last one.
    """
    nearest = re.compile(rf"{re.escape(closing)}(?!\w)").search(text, start)
    if nearest is None:
        return len(text)
    if _SIMPLE.fullmatch(text, start, nearest.start()):
        return nearest.start()
    return text.rindex(closing)


def _unescaped(text: str) -> str:
    """Return *text* as a reader would decode it, on one line."""
    for _ in range(3):
        plain = _ESCAPED.sub(_character, html.unescape(text))
        if plain == text:
            break
        text = plain
    if "%" in text:
        text = unquote(text)
    with suppress(UnicodeError):  # UTF-8 that was read as Latin-1
        text = text.encode("latin-1").decode()
    text = "".join(char for char in text if unicodedata.category(char) != "Cf")
    return " ".join(text.replace("\\n", " ").replace('\\"', '"').split())


def _character(escape: re.Match[str]) -> str:
    octal = escape[4]
    code = int(octal, 8) if octal else int(escape[1] or escape[2] or escape[3], 16)
    return chr(code) if code < 0x110000 else _GONE


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _is_base64(word: str) -> bool:
    """Return whether *word* holds readable text in base64, whole or its beginning."""
    for found in _BASE64.findall(word):
        whole = found.replace("-", "+")[: len(found) // 4 * 4]
        try:
            decoded = base64.b64decode(whole, altchars=None, validate=True).decode()
        except ValueError:
            continue
        if decoded.isprintable():
            return True
    return False
