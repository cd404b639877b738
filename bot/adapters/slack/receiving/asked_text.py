"""What a message asks of us: its text, without the mentions of the bot that only call it."""

import re
import unicodedata
from collections.abc import Mapping, Sequence

from bot.adapters.slack.receiving import mentions
from bot.panel.intake import thread_commands
from bot.panel.intake.thread_commands import PlainCommand
from bot.panel.messaging.handles import Handle

_HANDLE = re.compile(r"<!subteam\^([A-Z0-9]+)(?:\|[^<>]*)?>")


def asked_text(text: str, names: Sequence[str], handles: Mapping[str, Handle]) -> str:
    """Return *text* for the panel; *names* are the ids by which people mention the bot.

    If all of it is a command, wherever the bot is mentioned in it, that command; an expert may
    be named by its handle. Else *text* without the mentions of the bot at its beginning, and
    those that are set off at its end: in "tell me about @panelbot" it stays.
    """
    bot = f"(?:{'|'.join(names)})"
    mention = re.compile(rf"<@{bot}(?:\|[^<>]*)?>")
    words = mention.sub(" ", text)
    named = _HANDLE.sub(lambda group: _expert(group, handles), words)
    if thread_commands.parse(named):
        return named.strip()
    if thread_commands.parse(called_off := _HANDLE.sub(" ", words)) is PlainCommand.STOP:
        return called_off.strip()
    return _without_last(_without_first(text, bot), mention)


def _expert(group: re.Match[str], handles: Mapping[str, Handle]) -> str:
    handle = handles.get(group[1])
    return handle.expert if handle else group[0]


def _without_first(text: str, bot: str) -> str:
    return re.sub(rf"\A(?:\s*<@{bot}(?:\|[^>]*)?>(?:[,:](?=\s|\Z))?)+", "", text).strip()


def _without_last(text: str, mention: re.Pattern[str]) -> str:
    before, closing = text, ""
    while last := mention.match(before, max(before.rfind("<@"), 0)):
        after = before[last.end() :].strip()
        if after.strip(".!?"):
            break
        before, closing = before[: last.start()].rstrip(" \t\xa0"), closing or after
    is_set_off = before.endswith("\n") or unicodedata.category(before[-1:] or "a")[0] == "P"
    if before == text or not is_set_off or not mentions.is_spoken(text, len(before)):
        return text
    return before.rstrip().rstrip(",;-").rstrip() + closing
