"""Reports in a third of their bytes: compressed with a dictionary of what all of them say.

There are more of them than of anything else in Redis. A report begins with the number of its
dictionary.
"""

import zlib
from base64 import b85decode, b85encode

from bot.adapters.redis import codec
from bot.panel.model import MessageTs
from bot.panel.reports.turn_report import TurnReport

_MOST = 1_000_000  # bytes unpacked
_WINDOW = -12  # 4 kB, without a header: less to allocate, and as small
_MEMORY = 5
# Never changed, as the reports of a month need it: another one gets another number. What comes last
# is found first.
_FIRST = "1"
_DICTIONARY = (
    b'"failure":"timeout"},"known_as":"call_","by":"call_","continues":"call_","direct":true,'
    b'"instead_of":"","extras":{"written":0,"calls":{"web_search":1}}},"title":"Product Manager",'
    b'"expert":"product","title":"Security Engineer","expert":"security","title":"Finance Partner",'
    b'"expert":"finance","closing":{"model":"gpt-6.1-terra","seconds":0.},"choosing":{"model":'
    b'"gpt-6-luna","seconds":1.0,"usage":{"input":,"output":}},"thread_ts":"","consultations":['
    b'{"call_id":"call_","expert":"legal","title":"Legal Counsel","stage":{"model":"gpt-6.1-terra",'
    b'"seconds":0.,"usage":{"input":1000,"cached":128,"output":100}}},{"call_id":"call_"}],'
    b'"choosing":{"model":"gpt-6-luna","seconds":0.,"usage":{"input":,"output":}},"thread_ts":"'
    b'{"mark":"","seconds":'
)


def packed(report: TurnReport, ts: MessageTs) -> str:
    """Return *report* as text; *ts* is its turn's."""
    packing = zlib.compressobj(
        zlib.Z_BEST_COMPRESSION,
        zlib.DEFLATED,
        _WINDOW,
        _MEMORY,
        zlib.Z_DEFAULT_STRATEGY,
        _DICTIONARY + ts.encode(),
    )
    data = packing.compress(codec.dump(report).encode()) + packing.flush()
    return _FIRST + b85encode(data).decode()


def unpacked(text: str, ts: MessageTs) -> TurnReport:
    """Return the report that *text* says. Raises Unreadable."""
    if not text.startswith(_FIRST):
        raise codec.Unreadable("packed with another dictionary")
    unpacking = zlib.decompressobj(_WINDOW, _DICTIONARY + ts.encode())
    try:
        data = unpacking.decompress(b85decode(text.removeprefix(_FIRST)), _MOST)
        return codec.load(TurnReport, data.decode())
    except (zlib.error, ValueError):
        raise codec.Unreadable("not a packed report") from None
