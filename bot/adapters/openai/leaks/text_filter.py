"""Telling apart what a model says to people, what it thinks, and calls that it writes as text.

1. It does not matter in which pieces a text comes: only what may be the beginning of a mark is
   held back. Time is linear.
2. Marks in code are text: people ask what they mean. Within thoughts, only a mark between
   backticks is.
3. Where a thought is closed that was not opened, all before it was the thought. Where one is
   opened twice and closed once (it mentions the mark), it ends there.
4. Where a mark stands in the middle of a sentence, and nothing closes what it would open, the
   sentence is about the mark.
"""

import re
from collections.abc import Callable

from bot.adapters.openai.leaks import headers
from bot.adapters.openai.leaks.headers import MarkedCall
from bot.adapters.openai.leaks.mark_buffer import MarkBuffer, Piece
from bot.adapters.openai.leaks.markers import (
    HARMONY_END,
    PLAIN_CLOSE,
    PLAIN_OPEN,
    PLAIN_OPENINGS,
    Mark,
    call_end,
)
from bot.adapters.openai.leaks.mentions import Mentions
from bot.adapters.openai.leaks.shown_text import ShownText
from bot.adapters.openai.leaks.thoughts import Thoughts

_AHEAD = 2_100  # characters that tell whether a place is code

# Takes what is next; False: needs more. It is none of a filter's own methods, for these would hold
# the filter that holds them, and each would be left to the garbage collector.
_State = Callable[["TextFilter"], bool]


class TextFilter:
    """Filters one text. What it has found is complete after ``end``."""

    def __init__(self) -> None:
        self.shown, self.thoughts = ShownText(), Thoughts()
        self.calls: list[MarkedCall] = []
        self._buffer = MarkBuffer()
        self._state: _State = TextFilter._begin
        self._struck = False  # whether HTML's <s> is open
        self._mentions = Mentions()
        self._header, self._is_role = "", False
        self._tool, self._body, self._call_end = "", list[str](), HARMONY_END

    def feed(self, text: str) -> str:
        """Take more of the text; returns what people can read of it now."""
        self._buffer.add(text)
        while self._state(self):
            pass
        return self.shown.take_fresh()

    def end(self) -> str:
        """Take the end of the text; returns what people can read besides."""
        self._buffer.ended = True
        fresh = self.feed("")
        if not self.thoughts.closed_unopened and self.shown.restore():
            self.thoughts.noted.pop()  # the thought was closed once more after the answer
        return fresh

    # States. Next in the buffer is …

    def _begin(self) -> bool:
        """… the first word, which may say in plain language that a thought begins."""
        text = self._buffer.text
        first = text[self._buffer.at :].lstrip()
        self._say(len(text) - len(first))
        may_be_more = any(words.startswith(first.lower()) for words in PLAIN_OPENINGS)
        if may_be_more and not self._buffer.ended:
            return False
        is_thought = PLAIN_OPEN.match(text, self._buffer.at)
        self._state = TextFilter._in_plain_thought if is_thought else TextFilter._in_text
        return True

    def _in_plain_thought(self) -> bool:
        """… a thought between plain words. If it does not end, it was none."""
        end = PLAIN_CLOSE.search(self._buffer.text, self._buffer.at)
        if end is None:
            self.thoughts.add(self._buffer.take_most())
            if self._buffer.ended:
                self._read_hidden()
            return self._buffer.ended
        self._hide(end.start())
        self._end_thought()
        self._drop(end.end())
        if end[0] == "assistant":  # "commentary to=…" follows
            self._begin_header(is_role=False)
        return True

    def _in_text(self) -> bool:
        """… for people."""
        mark = self._buffer.next_mark()
        self._say(mark.start() if mark else self._buffer.certain)
        if mark is None:
            return False
        after = self._buffer.text[mark.end() : mark.end() + _AHEAD]
        ended = self._buffer.ended
        if mark.lastgroup == "BLANK":
            self.shown.code.end_paragraph()
        elif mark.lastgroup == "RUN":
            if not self.shown.code.take_run(mark[0], after, ended=ended):
                return False
        else:
            is_code = self.shown.code.is_code(after, ended=ended)
            if not (is_code or self._is_html(mark[0])):
                return is_code is not None and (ended or bool(after)) and self._meet(mark, after)
        self._say(mark.end())
        return True

    def _in_thought(self) -> bool:
        """… a thought."""
        mark = self._buffer.next_mark()
        if mark is None:
            self._hide(self._buffer.certain)
            if self._buffer.ended:
                self._end_unclosed()
            return self._buffer.ended
        if mark.end() == len(self._buffer.text) and not self._buffer.ended:
            return False  # a backtick may follow
        kind = mark.lastgroup if self._buffer.around(mark) != "``" else ""
        if kind != Mark.CLOSE.name:
            if kind == Mark.OPEN.name:
                self.thoughts.reopen()
            self._hide(mark.end())
            return True
        self._hide(mark.start())
        self._drop(mark.end())
        if self.thoughts.close():
            self._end_thought()
        return True

    def _in_header(self) -> bool:
        """… the header of a message."""
        mark = self._buffer.next_mark()
        stop = mark.start() if mark else self._buffer.certain
        line_end = self._buffer.text.find("\n", self._buffer.at, stop + 1) if self._is_role else -1
        self._header += self._take(stop if line_end < 0 else line_end).text
        if line_end >= 0:
            self._drop(line_end + 1)
            self._begin_body()
        elif mark:
            self._drop(mark.end())
            if mark.lastgroup == Mark.BODY.name:
                self._begin_body()
            elif mark.lastgroup == Mark.END.name:
                self._end_header()
            else:
                self._header += " " if mark.lastgroup in Mark.__members__ else mark[0]
        elif self._buffer.ended:
            self._end_header()
        return mark is not None or line_end >= 0 or self._buffer.ended

    def _in_hidden_message(self) -> bool:
        """… a message that is not for people."""
        mark = self._buffer.next_mark()
        self._hide(mark.start() if mark else self._buffer.certain)
        if mark and mark.lastgroup in (Mark.END.name, Mark.HEADER.name, Mark.ROLE.name):
            self._end_thought()
            return self._obey(mark)
        if mark:
            self._hide(mark.end())
        elif self._buffer.ended:
            self._end_thought()
        return mark is not None

    def _in_call(self) -> bool:
        """… a call of a tool."""
        end = self._call_end.search(self._buffer.text, self._buffer.at)
        if end is None:
            self._body.append(self._mentions.note(self._buffer.take_most()).text)
            if not self._buffer.ended:
                return False
            if not re.search(r"[{(<\[]", "".join(self._body)) and self._is_mention():
                return True
        else:
            self._body.append(self._take(end.start()).text)
            self._drop(end.end())
        self.calls.append(MarkedCall(self._tool, "".join(self._body)))
        self._mentions.settle()
        self._state = TextFilter._in_text
        return True

    # What a mark means.

    def _meet(self, mark: re.Match[str], after: str) -> bool:
        """Obey *mark*, unless it is known that such are only mentioned."""
        if self._mentions.meet(self.shown.ending, after):
            self._say(mark.end())
            return True
        return self._obey(mark)

    def _is_mention(self) -> bool:
        """Read as text all since the mark, if it may only be mentioned: nothing closed it."""
        since = self._mentions.take_back()
        if since is None:
            return False
        self._buffer.put_back(since)
        self.thoughts.take_back()
        self._state = TextFilter._in_text
        return True

    def _obey(self, mark: re.Match[str]) -> bool:
        self._drop(mark.end())
        match Mark[mark.lastgroup or ""]:
            case Mark.OPEN:
                self.thoughts.open()
                self._state = TextFilter._in_thought
            case Mark.CLOSE:
                self.thoughts.close_unopened(self.shown.take_back())
            case Mark.HEADER:
                self._begin_header(is_role=False)
            case Mark.ROLE:
                self._begin_header(is_role=True)
            case Mark.BODY if headers.BARE.fullmatch(self.shown.code.line):
                self._header = self.shown.unsay_line()
                self._begin_body()
            case Mark.CALL:
                named = headers.NAMED.match(mark[0])
                self._begin_call(named[1] if named else "", call_end(mark[0]))
        return True

    def _is_html(self, mark: str) -> bool:
        """Whether *mark* only looks like one of a model's, at this place."""
        match mark.lower():
            case "<s>":
                self._struck = not self.shown.is_blank
                return self._struck
            case "</s>":
                was_struck, self._struck = self._struck, False
                return was_struck
            case "<answer>" | "</answer>" | "<response>" | "</response>":
                return not self.thoughts.noted
            case _:
                return False

    def _begin_header(self, *, is_role: bool) -> None:
        self._header, self._is_role, self._state = "", is_role, TextFilter._in_header

    def _begin_body(self) -> None:
        self._mentions.settle()
        recipient = headers.RECIPIENT.search(self._header)
        if recipient and recipient[1] not in ("user", "assistant", "all"):
            self._begin_call(recipient[1], HARMONY_END)
        elif headers.NOT_FOR_PEOPLE.match(self._header):
            self._state = TextFilter._in_hidden_message
        else:
            self._state = TextFilter._in_text

    def _end_header(self) -> None:
        """Read a header without a body: a call, if its mark is missing."""
        recipient, brace = headers.RECIPIENT.search(self._header), self._header.find("{")
        if recipient and brace >= 0:
            self.calls.append(MarkedCall(recipient[1], self._header[brace:]))
        elif self._buffer.ended:
            self._is_mention()
        self._state = TextFilter._in_text

    def _begin_call(self, tool: str, end: re.Pattern[str]) -> None:
        self._tool, self._body, self._call_end = tool, [], end
        self._state = TextFilter._in_call

    # What becomes of what is next in the buffer.

    def _say(self, stop: int) -> None:
        self.shown.add(self._buffer.take(stop))

    def _take(self, stop: int) -> Piece:
        return self._mentions.note(self._buffer.take(stop))

    def _drop(self, stop: int) -> None:
        self._take(stop)
        self.shown.removed = True

    def _hide(self, stop: int) -> None:
        self.thoughts.add(self._take(stop))

    def _end_thought(self) -> None:
        self.thoughts.end()
        self._mentions.settle()
        self._state, self.shown.removed = TextFilter._in_text, True

    def _end_unclosed(self) -> None:
        """End a thought with the text: there, or where it was closed at least once."""
        if self.thoughts.was_closed:
            self._read_hidden()
        elif not self._is_mention():
            self._end_thought()

    def _read_hidden(self) -> None:
        """Read what was taken for a thought as text."""
        self._buffer.put_back(self.thoughts.take_back())
        self._state = TextFilter._in_text
