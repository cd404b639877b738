"""Headers of messages, and what they say of who is to read them."""

import re
from dataclasses import dataclass

RECIPIENT = re.compile(r"\bto=(?:functions\.)?([\w.-]+)")
BARE = re.compile(  # whose mark is missing
    r"(?:assistant)?\s*(?:(?:analysis|commentary|final)\s*(?:to=[\w.-]+[ \w]*)?|to=[\w.-]+[ \w]*)"
)
NOT_FOR_PEOPLE = re.compile(
    r".*(?:analysis|commentary)|\s*(?:user|system|tool|developer|ipython|functions\.)", re.DOTALL
)
NAMED = re.compile(r"<(?:function|invoke)(?:=|\sname=)[\"']?([\w.-]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class MarkedCall:
    """A call that a mark announces: its tool, where the mark names it, and what it holds."""

    tool: str
    body: str
