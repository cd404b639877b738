"""Whether a place in a text that is still being written is code."""

import re

_INFO = 200  # characters of a line's beginning that matter
_PARAGRAPH = 2_000  # characters in which a code span ends, or is none
_BEFORE_FENCE = re.compile(r"[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*")
_BLANK_LINE = re.compile(r"\n[ \t]*\n")


class CodeTracking:
    """Follows a text through its code blocks and code spans."""

    def __init__(self) -> None:
        self.line = ""  # the beginning of the last line
        self._fence, self._span = "", 0  # the run of characters that opened code

    def follow(self, text: str) -> None:
        """Go on after *text*, which has no runs of backticks or tildes."""
        _, newline, last = text.rpartition("\n")
        self.line = (last if newline else self.line + last)[:_INFO]

    def end_paragraph(self) -> None:
        """Go on after a blank line."""
        self._span = 0

    def take_run(self, run: str, after: str, *, ended: bool) -> bool:
        """Go on after a *run* of backticks or tildes; False if *after* tells too little of it."""
        rest, newline, _ = after[:_INFO].partition("\n")
        is_certain = ended or bool(newline) or len(rest) == _INFO
        if self._fence:
            if run.startswith(self._fence) and not self.line.strip(" \t>"):
                if not (is_certain or rest.strip()):
                    return False
                self._fence = self._fence if rest.strip() else ""
        elif len(run) >= 3 and _BEFORE_FENCE.fullmatch(self.line):
            if run[0] == "`" and not (is_certain or "`" in rest):
                return False
            if run[0] == "~" or "`" not in rest:
                self._fence = run
            else:
                self._take_span(run)
        elif run[0] == "`":
            self._take_span(run)
        return True

    def is_code(self, after: str, *, ended: bool) -> bool | None:
        """Whether this place, before *after*, is in code; None if *after* tells too little."""
        if self._fence or not self._span:
            return bool(self._fence)
        blank = _BLANK_LINE.search(after)
        paragraph = after[: min(_PARAGRAPH, blank.start() if blank else len(after))]
        end = re.search(rf"(?<!`)`{{{self._span}}}(?!`)", paragraph)
        if end and (end.end() < len(paragraph) or ended or blank):
            return True
        if not (ended or blank or len(paragraph) == _PARAGRAPH):
            return None
        self._span = 0
        return False

    def _take_span(self, run: str) -> None:
        length = len(run) - self.line.endswith("\\")
        if not self._span:
            self._span = length
        elif self._span == len(run):
            self._span = 0
