"""Reports in a quarter of their bytes: there are more of them than of anything else in Redis.

1. A report's JSON has ids, which nothing compresses: their bytes go behind all else, and a letter
   stands in their place. So do letters for what nearly all reports say: JSON has no such letters
   itself. The rest is compressed.
2. The first byte is the number of the format. None of it ever changes, as the reports of a month
   need it: other letters, or another dictionary, get another number.
3. The bytes are no text, so they are read as ``connection.protocol`` reads what is none.
"""

import re
import zlib

from bot.adapters.redis import codec
from bot.adapters.redis.connection.protocol import as_bytes
from bot.panel.model import MessageTs
from bot.panel.reports.turn_report import TurnReport

_MOST = 1_000_000  # bytes unpacked
_WINDOW = -12  # 4 kB, without a header: less to allocate, and as small
_MEMORY = 5
_FORMAT = "2"

_OWN_TS, _TS, _DIGEST, _LONG_DIGEST = "\0\1\2\3"
_IDS = re.compile(r'(?<=[_"])(?:\d{10}\.\d{6}|[0-9a-f]{16}(?:[0-9a-f]{8})?)(?=")')
_SIZES = {_TS: 7, _DIGEST: 8, _LONG_DIGEST: 12}  # in bytes
_PHRASES = (  # the first one that fits is taken
    '{"mark":"\0","seconds":',
    ',"consultations":[{"call_id":"call_\3","expert":"',
    '}},{"call_id":"call_\3","expert":"',
    '","title":"',
    '","stage":{"model":"gpt-6.1-terra","seconds":',
    '","stage":{"model":"',
    ',"usage":{"input":',
    ',"cached":',
    ',"output":',
    '}}}],"choosing":{"model":"gpt-6-luna","seconds":',
    '}}}],"choosing":{"model":"',
    ',"extras":{"written":',
    '}}},"thread_ts":"\0","routing":{"panel":"\2"',
    '}}},"thread_ts":"\1","routing":{"panel":"\2"',
    '}},"thread_ts":"\0","routing":{"panel":"\2"',
    '}},"thread_ts":"\1","routing":{"panel":"\2"',
    ',"others":["',
    '"]}}',
    '","',
    '},"closing":{"model":"',
    '","seconds":',
    ',"likelihoods":{"experts":{"',
    '":0.',
    '},"nobody":0.',
    ',"threshold":0.5',
    '","known_as":"call_',
    '","by":"call_\3"',
    '"calls":{"web_search":',
)
_LETTERS = [chr(number) for number in (*range(4, 31), 127)]
_DICTIONARY = (  # what comes last is found first
    b"timeoutrefusedstopped,function,continues:,failure:"
    b"writing\x07EditorresearchResearch Librariansupport\x07Support Leadsales\x07Sales Engineer"
    b"operations\x07Site Reliability Engineerdata\x07Data Analystpeople\x07People Partner"
    b"marketing\x07Marketing Strategistdesign\x07Product Designerproduct\x07Product Lead"
    b"engineering\x07Staff Engineersecurity\x07Security Engineerfinance\x07Finance Partner"
    b"legal\x07Legal Counsel"
)


def packed(report: TurnReport, ts: MessageTs) -> bytes:
    """Return *report* as short as it gets; *ts* is its turn's."""
    ids = list[bytes]()

    def letter(found: re.Match[str]) -> str:
        id_ = found[0]
        if id_ == ts:
            return _OWN_TS
        if is_ts := "." in id_:
            ids.append(int(id_.replace(".", "")).to_bytes(_SIZES[_TS], "big"))
        else:
            ids.append(bytes.fromhex(id_))
        return _TS if is_ts else _DIGEST if len(id_) == 16 else _LONG_DIGEST

    text = _IDS.sub(letter, codec.dump(report))
    for phrase, short in zip(_PHRASES, _LETTERS, strict=True):
        text = text.replace(phrase, short)
    packing = zlib.compressobj(
        zlib.Z_BEST_COMPRESSION,
        zlib.DEFLATED,
        _WINDOW,
        _MEMORY,
        zlib.Z_DEFAULT_STRATEGY,
        _DICTIONARY,
    )
    return b"".join([_FORMAT.encode(), packing.compress(text.encode()), packing.flush(), *ids])


def unpacked(text: str, ts: MessageTs) -> TurnReport:
    """Return the report that *text* says. Raises Unreadable."""
    kind, rest = text[:1], text[1:]
    if kind != _FORMAT:
        raise codec.Unreadable("packed in another way")
    unpacking = zlib.decompressobj(_WINDOW, _DICTIONARY)
    try:
        data = unpacking.decompress(as_bytes(rest), _MOST)
        spelled_out = _spelled_out(data.decode(), unpacking.unused_data, ts)
    except (zlib.error, ValueError):
        raise codec.Unreadable("not a packed report") from None
    if not unpacking.eof:
        raise codec.Unreadable("a packed report without an end")
    return codec.load(TurnReport, spelled_out)


def _spelled_out(text: str, ids: bytes, ts: MessageTs) -> str:
    for phrase, letter in reversed([*zip(_PHRASES, _LETTERS, strict=True)]):
        text = text.replace(letter, phrase)
    place = 0

    def id_of(found: re.Match[str]) -> str:
        nonlocal place
        if (letter := found[0]) == _OWN_TS:
            return ts
        id_ = ids[place : (place := place + _SIZES[letter])]
        if letter != _TS:
            return id_.hex()
        seconds, fraction = divmod(int.from_bytes(id_, "big"), 1_000_000)
        return f"{seconds:010}.{fraction:06}"

    spelled_out = re.sub(f"[{_OWN_TS}-{_LONG_DIGEST}]", id_of, text)
    if place != len(ids):
        raise ValueError("not all of its ids are there")
    return spelled_out
