"""What a function is asked, and by whom.

1. It acts for everybody whose words, or whose click, have led to the call: see ``Turn.authors``.
2. A brief is a model's, which may have been swayed by whatever it read with the question: whoever
   wrote that is among the authors. Where people address the function themselves, it reads their own
   words; what was said before is context then, and has no say.
3. Whoever cannot be looked up has nobody's rights.
"""

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from bot.functions import Author, Request, Role, Said, Thread
from bot.panel.errors import MessengerRefused
from bot.panel.model import NOBODY_KNOWN, Call, UserId
from bot.panel.turn.turn_context import TurnContext
from bot.panel.utterance import Role as Speaker
from bot.panel.utterance import Utterance

log = logging.getLogger(__name__)


async def request_for(context: TurnContext, call: Call, deadline: datetime) -> Request:
    """Return what *call* asks of a function, which is to answer before *deadline*."""
    turn, question, thread = context.turn, context.input.question, context.turn.thread
    earlier = await _earlier_messages(context)
    swaying = context.progress.context_of if call.brief else ()
    causing = dict.fromkeys((*turn.authors, *swaying))
    known = await _authors(context, causing, earlier)
    authors = tuple(known[id_] for id_ in causing)
    return Request(
        question="\n\n".join(message.whole for message in question),
        brief=call.brief,
        said=tuple(Said(one.speaker, one.whole, known.get(_id(one))) for one in earlier),
        asker=authors[0] if len(authors) == 1 else None,
        thread=Thread(thread.team_id, thread.channel_id, thread.thread_ts),
        files=tuple(file.name for message in question for file in message.files),
        deadline=deadline,
        key=f"{turn.id}/{call.id}",
        authors=authors,
    )


async def _earlier_messages(context: TurnContext) -> Sequence[Utterance]:
    turn, first = context.turn, context.turn.messages[0].ts
    if first == turn.thread.thread_ts:
        return ()
    return await context.services.transcript.earlier(turn.thread, before=first, since=None)


def _id(message: Utterance) -> UserId | None:
    return None if message.is_by_panel else UserId(message.author.id)


async def _authors(
    context: TurnContext, causing: Iterable[UserId], earlier: Sequence[Utterance]
) -> Mapping[UserId | None, Author]:
    given = context.input
    about = (message for one in given.question for message in one.about)
    read = (*earlier, *given.unread.said, *given.background, *about, *given.question)
    names = {id_: message.speaker for message in read if (id_ := _id(message)) is not None}
    apps = {_id(message) for message in read if message.author.role is Speaker.APP}

    async def author(id_: UserId) -> Author:
        if id_ in apps or id_ == NOBODY_KNOWN:
            return Author(id_, names.get(id_, ""), Role.APP if id_ in apps else Role.STRANGER)
        try:
            person = await context.services.people.person(id_)
        except MessengerRefused as error:  # we may not look people up
            log.warning("author.unknown", extra={"reason": error.code})
            return Author(id_, names.get(id_, ""))
        return Author(id_, person.name, Role(person.role))

    ids = {*causing, *names}
    return dict(zip(ids, await asyncio.gather(*map(author, ids)), strict=True))
