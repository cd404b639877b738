"""Keeping texts within a length, without cutting a mention or an entity in two."""

import re

CUT = " […]"
_BROKEN_END = re.compile(r"(?:<[^<>]{0,3000}|&[a-z]{0,3})\Z")


def shortened(text: str, limit: int) -> str:
    """Return *text*, which is in Slack's syntax, with a mark at its end if it is cut."""
    if len(text) <= limit:
        return text
    return _BROKEN_END.sub("", text[: max(limit - len(CUT), 0)]) + CUT
