"""What long texts cost: processor time against length, for shapes that are hard to read.

Each figure stands beside what eight texts of an eighth of the length take: where the ratio is about
one, the time is proportional to the length. Of all shapes, the one that grows most is shown. Prose
is also compared with markdown-it itself.
"""

import gc
import time
from collections.abc import Callable, Mapping
from itertools import cycle, islice

from markdown_it import MarkdownIt

from bot.adapters.openai.leaks.text_filter import TextFilter
from bot.adapters.slack.content import message_content
from bot.adapters.slack.markdown import sanitize, splitting
from bot.adapters.slack.markdown.stream_text import StreamedText
from bot.adapters.slack.receiving import mentions
from bot.panel.language_model import frames
from bot.panel.texts import code
from tests.benchmarks.figures import Effort, Figure, Goal

NAME = "long texts"
TIMES = 8
PROSE = "The quick brown fox jumps over the lazy dog. "
# What is repeated; a table needs a header before it.
SHAPES: Mapping[str, tuple[str, ...]] = {
    "one paragraph": (PROSE,),
    "blocks of 12,000": ("word " * 2_400, "\n\n"),
    "no spaces": ("x",),
    "CJK": ("漢字仮名交じり文。",),
    "emoji": ("👨‍👩‍👧‍👦",),
    "paragraphs": (f"{PROSE * 4}\n\n",),
    "table": ("| x | x | x | x | x |\n",),
    "list": ("- item one two three\n",),
    "nested list": tuple(f"{'  ' * depth}- item\n" for depth in range(30)),
    "numbered list": ("1. item one two three\n",),
    "quotes": ("> > x\n",),
    "lazy lines": ("> x\ny\n",),
    "backticks": ("`",),
    "runs of backticks": tuple(f"{'`' * length}a" for length in range(1, 40)),
    "fences": ("```\nx\n",),
    "an open fence": ("x = f(x)\n",),
    "brackets": ("[",),
    "tags": ("<td>x</td>",),
    "stars": ("**a",),
    "links": ("[a](https://e.co) ",),
    "thoughts": ("<think>x</think>y",),
}
_BEFORE = {"table": "| a | b | c | d | e |\n|---|---|---|---|---|\n", "an open fence": "```\n"}
_PIECE = 4  # characters that a model writes at once
_PAUSE = 400  # characters that it writes between two additions to a message
_STREAMED = 1_400  # the shortest text that is streamed; the longest fills a message


async def measure(effort: Effort) -> list[Figure]:
    """Measure each way in which a text is read, in all shapes; return the shape that grows most."""
    length = effort.lengths[-1] // TIMES
    lengths = dict.fromkeys(WAYS, length) | {"streamed": min(length, _STREAMED)}
    figures = [_worst(way, length) for way, length in lengths.items()]
    prose = text("paragraphs", length)
    reference = _seconds(MarkdownIt("commonmark").parse, prose)
    name = f"split: paragraphs of {length / 1000:.1f} kB, and markdown-it's parser"
    return [*figures, Figure(NAME, name, _seconds(_split, prose), "s", reference, "parsed")]


def _worst(way: str, length: int) -> Figure:
    return max((_growth(way, shape, length) for shape in SHAPES), key=lambda one: one.ratio or 0)


def text(shape: str, length: int) -> str:
    """Return a text of about *length* characters."""
    units = SHAPES[shape]
    count = max(1, length * len(units) // sum(map(len, units)))
    return _BEFORE.get(shape, "") + "".join(islice(cycle(units), count))


def _growth(way: str, shape: str, length: int) -> Figure:
    """Compare one text with as many short ones as are as long together."""
    short, long = text(shape, length), text(shape, TIMES * length)
    base = _seconds(WAYS[way], short) * len(long) / len(short)
    name = f"{way}: {shape}, the worst of {len(SHAPES)} shapes"
    against = f"{TIMES} of {length / 1000:.1f} kB"
    return Figure(NAME, name, _seconds(WAYS[way], long), "s", base, against, Goal(2.0))


def _split(markdown: str) -> list[str]:
    return splitting.split(sanitize.markdown(markdown))


def _filter(written: str) -> None:
    """Filter a text as it comes from a model, piece by piece."""
    text_filter = TextFilter()
    for start in range(0, len(written), _PIECE):
        text_filter.feed(written[start : start + _PIECE])
    text_filter.end()


def _stream(written: str) -> None:
    """Read a text as it grows, whenever ReplyStream does."""
    growing, shown, read_at = StreamedText(), "", 0
    for length in range(_PIECE, len(written), _PIECE):
        if length >= read_at:
            more = growing.next_chunk(shown, written[:length])
            shown += more
            read_at = length + (_PAUSE if more else length // 8)


WAYS: Mapping[str, Callable[[str], object]] = {
    "split": _split,
    "filtered": _filter,
    "framed": lambda written: frames.unescaped(frames.quote(written)),
    "looked through for mentions": lambda written: mentions.live({"text": written}),
    "read from Slack": lambda written: message_content.read({"text": written}),
    "streamed": _stream,
    "closed": lambda written: code.with_note(written, "A note."),
}


def _seconds(work: Callable[[str], object], written: str) -> float:
    """Return the shorter of two times, without what collecting garbage takes."""
    taken = []
    for _ in range(2):
        gc.collect()
        gc.disable()
        start = time.process_time()
        work(written)
        taken.append(time.process_time() - start)
        gc.enable()
    return min(taken)
