"""Who has a part in a turn besides the authors of its own messages.

It is noted before any model reads their words: what models make of these stays theirs, though the
messages may be deleted, or count as read, before another attempt goes on with it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.panel.journal.events import AuthorsRead
from bot.panel.journal.turn_record import TurnRecord
from bot.panel.model import NOBODY_KNOWN, MessageTs, Steer, Turn, UserId
from bot.panel.utterance import Utterance


async def with_authors(
    record: TurnRecord,
    turn: Turn,
    question: Sequence[Utterance],
    context: Iterable[Utterance],
    decided: Sequence[UserId],
    unread_since: MessageTs | None = None,
) -> Turn:
    """Return *turn* with whoever wrote what it is about, once that is noted.

    So is who wrote the *context* that models read with its *question*, and since when that was
    unread, if they have read nothing yet. *decided* are the authors of the request that a decision
    is on, if it is still open.
    """
    known = record.progress
    words = _words_of(turn, question, decided or known.words_of)
    said_before = _ids(context)
    since = None if record.has_begun else unread_since
    is_known = {*words} <= {*known.words_of} and {*said_before} <= {*known.context_of}
    if since or not is_known:
        await record.note(AuthorsRead(words, said_before, since))
    return replace(turn, words_of=record.progress.words_of)


def _words_of(
    turn: Turn, question: Sequence[Utterance], decided: Sequence[UserId]
) -> tuple[UserId, ...]:
    """Return who wrote what *turn*, a button or a decision, is about: these words cause it."""
    if turn.verdict:
        return tuple(decided) or (NOBODY_KNOWN,)
    return _authors_of(turn.steer, question[0].about) if turn.steer else ()


def _authors_of(steer: Steer, about: Sequence[Utterance]) -> tuple[UserId, ...]:
    """Return who wrote what a button is *about*, and NOBODY_KNOWN if its first message is gone."""
    is_known = any(one.ts == steer.since and not one.is_by_panel for one in about)
    return (*_ids(about), *(() if is_known else (NOBODY_KNOWN,)))


def _ids(messages: Iterable[Utterance]) -> tuple[UserId, ...]:
    ids = (UserId(message.author.id) for message in messages if not message.is_by_panel)
    return tuple(dict.fromkeys(ids))
