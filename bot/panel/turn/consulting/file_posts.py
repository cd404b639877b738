"""Posting the files that an expert has made: fetched, stored with Slack, then shown as its own.

The id of its upload is journalled before the bytes are sent: after a crash, or an answer that was
lost, the upload is gone on with, and no file is stored twice.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from math import inf

from bot.panel.errors import (
    ConversationGone,
    MessengerRefused,
    MessengerUnavailable,
    ModelRefused,
    ModelUnavailable,
    Refused,
)
from bot.panel.journal.events import FileStored, UploadOpened
from bot.panel.made_files import MadeFile, StoredFile
from bot.panel.model import Call, ConversationId
from bot.panel.retries import retry
from bot.panel.texts import apologies, file_sentences
from bot.panel.turn.turn_context import TurnContext

log = logging.getLogger(__name__)

LARGEST_MADE = 20 * 1024 * 1024  # bytes of one file
MOST_MADE = 10
HELD_AT_ONCE = 2 * LARGEST_MADE  # by all turns of a process


async def post_files(context: TurnContext, call: Call, files: Sequence[MadeFile]) -> None:
    """Post *files* in a message of the expert's; those that cannot be shown are named there."""
    shown: list[StoredFile] = []
    problems = [file_sentences.made_too_many(file.name, MOST_MADE) for file in files[MOST_MADE:]]
    for file in files[:MOST_MADE]:
        try:
            shown.append(await stored(context, call, file))
        except Refused as refusal:
            problems.append(str(refusal))
            log.warning("made.not_shown", extra={"file": file.id})
    await context.writer.post_files(
        call.expert,
        context.panel.persona(call.expert),
        f"made:{call.id}",
        file_sentences.files_made([file.name for file in shown], problems),
        tuple(shown),
    )


async def stored(context: TurnContext, call: Call, file: MadeFile) -> StoredFile:
    """Return *file* as it is stored. Raises Refused if it cannot be."""
    key = call.id, file.id
    if known := context.progress.stored_files.get(key):
        return known
    to_be_fetched = 0 if key in context.made_files else LARGEST_MADE
    async with context.room_for_made_files.share(to_be_fetched):
        try:
            async with asyncio.timeout(context.rules.timeouts.files):
                new = await _store(context, call, file)
        except TimeoutError:
            raise Refused(file_sentences.made_slow(file.name)) from None
        finally:
            context.made_files.pop(key, None)
    await context.record.note(FileStored(call.id, file.id, new))
    return new


async def _fetch(context: TurnContext, call: Call, file: MadeFile) -> bytes:
    model, timeouts = context.services.client.model, context.rules.timeouts
    conversation = context.conversation_of(call) or ConversationId("")
    try:
        return await retry(
            lambda: model.content(conversation, file, LARGEST_MADE),
            timeouts.backoff,
            on=ModelUnavailable,
        )
    except (ModelUnavailable, ModelRefused, ConversationGone) as error:
        log.warning("made.not_fetched", extra={"file": file.id, "reason": str(error)})
        raise Refused(file_sentences.made_gone(file.name)) from None


async def _content(context: TurnContext, call: Call, file: MadeFile) -> bytes:
    content = context.made_files.get((call.id, file.id)) or await _fetch(context, call, file)
    if len(content) > LARGEST_MADE:
        raise Refused(file_sentences.made_too_large(file.name, LARGEST_MADE))
    return content


async def _store(context: TurnContext, call: Call, file: MadeFile) -> StoredFile:
    # The files of a turn have a timeout of their own.
    backoff = replace(context.rules.timeouts.backoff, longest=inf)
    try:
        return await retry(lambda: _upload(context, call, file), backoff, on=MessengerUnavailable)
    except MessengerRefused as error:
        log.warning("made.not_stored", extra={"file": file.id, "reason": str(error)})
        if error.needed:
            raise Refused(apologies.made_denied(file.name, error.needed)) from None
        raise Refused(file_sentences.made_unwanted(file.name, error.code)) from None
    except MessengerUnavailable as error:
        raise Refused(file_sentences.made_unwanted(file.name, str(error))) from None


async def _upload(context: TurnContext, call: Call, file: MadeFile) -> StoredFile:
    """Go on with the file's upload where it stands; without one, begin it."""
    server, key = context.services.files, (call.id, file.id)
    if begun := context.progress.uploads.get(key):
        resumed = await server.resume_upload(begun, file.name, file.about)
        if resumed:
            return resumed
    content = context.made_files[key] = await _content(context, call, file)
    upload = await server.open_upload(file.name, len(content))
    await context.record.note(UploadOpened(call.id, file.id, upload.id))
    return await server.upload(upload, file.name, file.about, content)
