"""A language model that is sent only what redactors let pass."""

from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import replace

from bot.panel.language_model.exchange import (
    ApprovalGiven,
    Attachment,
    Item,
    Judged,
    ModelEvent,
    ModelSaid,
    Prompt,
    StoredItem,
    Tool,
    ToolAnswered,
    ToolCalled,
    UserSaid,
)
from bot.panel.language_model.language_model import LanguageModel
from bot.panel.links import Labels
from bot.panel.made_files import MadeFile
from bot.panel.model import ConversationId
from bot.panel.redaction.framed_texts import FramedText
from bot.panel.redaction.redaction import Redaction
from bot.redactors import Kind, Text


class RedactedModel(LanguageModel):
    """Shows *redaction* all texts of a request before *model* gets them."""

    def __init__(self, model: LanguageModel, redaction: Redaction) -> None:
        self._model = model
        self._redaction = redaction

    async def respond(self, prompt: Prompt) -> AsyncGenerator[ModelEvent, None]:
        redacted = await self._prompt(prompt)
        async with aclosing(self._model.respond(redacted)) as events:
            async for event in events:
                yield event

    async def respond_once(self, prompt: Prompt) -> AsyncGenerator[ModelEvent, None]:
        redacted = await self._prompt(prompt)
        async with aclosing(self._model.respond_once(redacted)) as events:
            async for event in events:
                yield event

    async def judge(self, prompt: Prompt) -> Judged:
        return await self._model.judge(await self._prompt(prompt))

    async def append(self, conversation: ConversationId, items: Sequence[Item]) -> None:
        texts = [text for item in items for text in texts_of(item)]
        redacted = iter(await self._redaction.redacted(texts))
        await self._model.append(conversation, [redacted_item(item, redacted) for item in items])

    async def since(self, conversation: ConversationId, ref: str) -> Sequence[Item] | None:
        return await self._model.since(conversation, ref)

    def items(self, conversation: ConversationId) -> AsyncGenerator[StoredItem, None]:
        return self._model.items(conversation)

    async def content(self, conversation: ConversationId, file: MadeFile, most: int) -> bytes:
        return await self._model.content(conversation, file, most)

    async def is_whole(self, response: str) -> bool:
        return await self._model.is_whole(response)

    async def open(self, labels: Labels) -> ConversationId:
        return await self._model.open(labels)

    async def relabel(self, conversation: ConversationId, labels: Labels) -> None:
        await self._model.relabel(conversation, labels)

    async def labels(self, conversation: ConversationId) -> Labels | None:
        return await self._model.labels(conversation)

    async def delete(self, conversation: ConversationId) -> int | None:
        return await self._model.delete(conversation)

    async def remove(self, conversation: ConversationId, wanted: Callable[[str], bool]) -> int:
        return await self._model.remove(conversation, wanted)

    def is_current(self, conversation: ConversationId) -> bool:
        return self._model.is_current(conversation)

    async def _prompt(self, prompt: Prompt) -> Prompt:
        instructions, addendum = FramedText(prompt.instructions), FramedText(prompt.addendum)
        texts = [
            *(Text(part, Kind.INSTRUCTIONS) for part in instructions.parts),
            *(Text(part, Kind.SAID) for part in addendum.parts),
            *(Text(said, Kind.INSTRUCTIONS) for tool in prompt.tools for said in _told_of(tool)),
            *(text for item in prompt.items for text in texts_of(item)),
        ]
        redacted = iter(await self._redaction.redacted(texts))
        return replace(
            prompt,
            instructions=instructions.joined(redacted),
            addendum=addendum.joined(redacted),
            tools=tuple(_described(tool, redacted) for tool in prompt.tools),
            items=tuple(redacted_item(item, redacted) for item in prompt.items),
        )


def _told_of(tool: Tool) -> Sequence[str]:
    return (tool.description, tool.title) if tool.title else (tool.description,)


def _described(tool: Tool, redacted: Iterator[str]) -> Tool:
    described = replace(tool, description=next(redacted))
    return replace(described, title=next(redacted)) if tool.title else described


def texts_of(item: StoredItem) -> Iterator[Text]:
    """Yield the texts of *item*, in the order in which ``redacted_item`` takes them."""
    match item:
        case UserSaid(text, attachments):
            yield from (Text(part, Kind.SAID) for part in FramedText(text).parts)
            yield from (Text(one.name, Kind.FILE) for one in attachments)
        case ModelSaid(text=text, written=written):
            said = (text, written.beside) if written else (text,)
            yield from (Text(part, Kind.SAID) for one in said for part in FramedText(one).parts)
        case ToolAnswered(output=text) | ApprovalGiven(reason=text):
            yield from (Text(part, Kind.SAID) for part in FramedText(text).parts)
        case ToolCalled(arguments=arguments):
            yield from (Text(value, Kind.SAID) for value in arguments.values())


def redacted_item(item: Item, redacted: Iterator[str]) -> Item:
    """Return *item* with the next of *redacted* in place of each of its texts."""
    match item:
        case UserSaid(text, attachments):
            said = FramedText(text).joined(redacted)
            return UserSaid(said, tuple(_renamed(one, redacted) for one in attachments))
        case ModelSaid(text=text, written=written):
            item = replace(item, text=FramedText(text).joined(redacted))
            if written is None:
                return item
            beside = FramedText(written.beside).joined(redacted)
            return replace(item, written=replace(written, beside=beside))
        case ToolAnswered(output=output):
            return replace(item, output=FramedText(output).joined(redacted))
        case ApprovalGiven(reason=reason):
            return replace(item, reason=FramedText(reason).joined(redacted))
        case ToolCalled(arguments=arguments):
            return replace(item, arguments={name: next(redacted) for name in arguments})
    return item


def _renamed(file: Attachment, redacted: Iterator[str]) -> Attachment:
    return replace(file, name=next(redacted))
