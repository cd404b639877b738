"""The marks by which models' templates delimit thoughts, messages and calls of tools.

A server takes them out of what the model writes; one without the right parser leaves them in.
"""

import re
from enum import Enum, auto


class Mark(Enum):
    """What a mark means where it is not code."""

    OPEN = auto()  # of a thought
    CLOSE = auto()
    HEADER = auto()  # of a message, up to its body: "<|channel|>analysis"
    ROLE = auto()  # the same, up to the end of the line: "<|im_start|>assistant"
    BODY = auto()
    END = auto()  # of a message
    CALL = auto()  # of a tool, up to the mark that closes it
    TOKEN = auto()  # says nothing to us


_THOUGHT = r"(?:[a-z]{1,12}:)?(?:think|thinking|thoughts?|reasoning)"
_CALLS = r"(?:[a-z]{1,12}[:_])?(?:tool_?calls?|function_?calls?)"

_PATTERNS = {
    Mark.OPEN: rf"<{_THOUGHT}(?:\s[^<>\n]{{0,60}})?>|(?-i:\[THINK\])|◁think▷"
    r"|<\|begin_of_thought\|>|<\|channel>|<unused94>",
    Mark.CLOSE: rf"</{_THOUGHT}\s?>|(?-i:\[/THINK\])|◁/think▷"
    r"|<\|end_of_thought\|>|<channel\|>|<unused95>",
    Mark.HEADER: r"<\|(?:start|channel)\|>",
    Mark.ROLE: r"<\|(?:im_start|start_header_id)\|>|<start_of_turn>|<\|turn>",
    Mark.BODY: r"<\|(?:message|end_header_id|im_sep)\|>",
    Mark.END: r"<\|(?:end|return|call|eom_id|eot_id|im_end|endoftext)\|>|<end_of_turn>|<turn\|>"
    r"|<｜end▁of▁sentence｜>",
    Mark.CALL: rf"<{_CALLS}>|<(?:function|invoke)(?:=|\sname=)[^<>\n]{{1,80}}>|<\|python_tag\|>"
    r"|(?-i:\[TOOL_CALLS?\])|<\|tool_calls?\|>|<\|(?:tool_calls_section_begin|tool_call_start"
    r"|action_start)\|>|<\|tool_call>|<｜(?:tool▁calls▁begin|DSML｜function_calls)｜?>",
    Mark.TOKEN: rf"<[|｜]/?[\w▁.:-]{{1,40}}[|｜]>|</{_CALLS}>|</?s>|</?(?:answer|response)>"
    r"|(?-i:\[/?INST\])|<(?:bos|eos|pad|unk|unused\d{1,3})>",
}
_groups = "|".join(f"(?P<{mark.name}>{pattern})" for mark, pattern in _PATTERNS.items())
_BEGINS = r"(?=[<\[◁`~\n])"  # looked at first: most characters begin none of so many alternatives
MARKS = re.compile(
    rf"{_BEGINS}(?:(?P<RUN>`+|~{{3,}})|(?P<BLANK>\n[ \t]*\n)|{_groups})", re.IGNORECASE
)

# The end of a text that may be the beginning of a mark, or of more of the same.
PARTIAL = re.compile(
    rf"{_BEGINS}(?:<(?:/?[|｜][/\w▁.:-]{{0,40}}(?:[|｜]\w{{0,20}}[|｜]?)?|/?[a-z]{{0,12}}:?[\w]{{0,20}}\|?"
    rf"|{_THOUGHT}\s[^<>\n]{{0,60}}|/{_THOUGHT}\s|(?:function|invoke)(?:=|\sname=?|\s)[^<>\n]{{0,84}})"
    r"|(?-i:\[/?[A-Z_]{0,11})|◁/?[a-z]{0,5}|`+|~+|\n[ \t]*)\Z",
    re.IGNORECASE,
)

_END_OR = rf"(?:{_PATTERNS[Mark.END]}|</s>)|"
_CALL_ENDS = {
    "<|python_tag|>": "",
    "[tool_call": "",
    "<|tool_calls_section": r"<\|tool_calls_section_end\|>",
    "<|tool_call_start": r"<\|tool_call_end\|>",
    "<|tool_call>": r"<tool_call\|>",
    "<|tool_call": r"<\|/tool_calls?\|>",
    "<|action_start": r"<\|action_end\|>",
    "<｜tool": r"<｜tool▁calls▁end｜>",
    "<｜dsml": r"</｜DSML｜function_calls｜?>",
    "<function": r"</function>",
    "<invoke": r"</invoke>",
}
HARMONY_END = re.compile(rf"{_PATTERNS[Mark.END]}|(?={_PATTERNS[Mark.HEADER]})", re.IGNORECASE)

PLAIN_OPENINGS = ("here is my thought process:", "here's my thought process:", "analysis")
PLAIN_OPEN = re.compile(
    r"here(?: i|')s my thought process:|(?:analysis)(?=(?-i:[A-Z]))", re.IGNORECASE
)
PLAIN_CLOSE = re.compile(
    r"here(?: i|')s my response:|(?-i:assistant(?:final|(?=commentary)))", re.IGNORECASE
)


def call_end(opening: str) -> re.Pattern[str]:
    """Return what closes the call that *opening* has begun."""
    lower = opening.lower()
    for beginning, end in _CALL_ENDS.items():
        if lower.startswith(beginning) and not lower.startswith(("<function_", "<functionc")):
            return re.compile((_END_OR + end).removesuffix("|"), re.IGNORECASE)
    return re.compile(re.escape(f"</{opening[1:]}"), re.IGNORECASE)
