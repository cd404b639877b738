"""The language model: what the panel needs of it.

Adapters and test fakes inherit from the port, so the type checker holds both to the same promises.
"""

from collections.abc import AsyncGenerator, Callable, Sequence
from typing import Protocol

from bot.functions import Piece, Request
from bot.panel.errors import ModelFault, ModelRefused, NoDecisions
from bot.panel.language_model.exchange import Item, Judged, ModelEvent, Prompt, StoredItem
from bot.panel.links import Labels
from bot.panel.made_files import MadeFile
from bot.panel.model import ConversationId


class LanguageModel(Protocol):
    """A language model that remembers by conversation."""

    def respond(self, prompt: Prompt) -> AsyncGenerator[ModelEvent, None]:
        """Send *prompt* and yield what the model writes; each call as soon as it is complete.

        The first event is Begun, the last is Responded; then everything is stored. Raises
        ModelUnavailable (what was sent may or may not be stored, so look with ``since`` before
        repeating), ModelRefused or ConversationGone. Waits by itself while the conversation is
        locked, and mends calls that an earlier crash left unanswered.
        """

    def respond_once(self, prompt: Prompt) -> AsyncGenerator[ModelEvent, None]:
        """Send *prompt* as ``respond`` does, but read no conversation and store nothing.

        Raises ModelUnavailable, or ModelRefused: always, where a backend cannot do that, as here.
        """
        name = type(self).__name__
        raise ModelRefused(ModelFault.BAD_REQUEST, f"{name} asks {prompt.model} in threads only")

    async def judge(self, prompt: Prompt) -> Judged:
        """Return how likely each of *prompt*'s tools is wanted, as its description states it.

        Nothing is stored, and the conversation is not read: all that counts is in the items. What
        the model does not want to judge is left out. Raises NoDecisions where the server cannot
        do that, as here; ModelUnavailable, ModelRefused.
        """
        raise NoDecisions(f"{type(self).__name__} has no decisions for {prompt.model}")

    async def append(self, conversation: ConversationId, items: Sequence[Item]) -> None:
        """Store *items* without asking the model. Any number; may fail half way."""

    async def since(self, conversation: ConversationId, ref: str) -> Sequence[Item] | None:
        """Return the newest user item whose text contains *ref* and all items after it.

        None if there is none among the last hundred items. What is there twice, because a request
        was repeated that had arrived after all, is deleted first.
        """

    def items(self, conversation: ConversationId) -> AsyncGenerator[StoredItem, None]:
        """Yield all that *conversation* holds, newest first, however much it is.

        Kinds that we have no word for are left out. Raises ConversationGone.
        """

    async def content(self, conversation: ConversationId, file: MadeFile, most: int) -> bytes:
        """Return what *file*, made in *conversation*, holds, at *most* so many bytes.

        Raises Refused, with a sentence for people, if it is gone or larger; ModelUnavailable,
        ModelRefused.
        """

    async def is_whole(self, response: str) -> bool:
        """Whether *response* has ended, if only at a limit; waits while the model still writes.

        False if it broke off, or nobody knows it.
        """

    async def open(self, labels: Labels) -> ConversationId:
        """Start a conversation that carries *labels* in its metadata."""

    async def relabel(self, conversation: ConversationId, labels: Labels) -> None:
        """Replace the labels of *conversation*."""

    async def labels(self, conversation: ConversationId) -> Labels | None:
        """Return the labels of *conversation*; None if it is gone or not one of ours."""

    async def delete(self, conversation: ConversationId) -> int | None:
        """Delete *conversation* with all that it holds; returns how many items these were.

        None if it is gone already. May fail half way: doing it again deletes the rest.
        """

    async def remove(self, conversation: ConversationId, wanted: Callable[[str], bool]) -> int:
        """Delete the user's items with *wanted* texts; returns how many there were.

        Nothing may be going on in *conversation*. Raises ModelRefused if the server cannot do
        that, ConversationGone.
        """

    def is_current(self, conversation: ConversationId) -> bool:
        """Whether *conversation* is of the backend in use, as far as its id tells.

        Others can at most be read and deleted.
        """


class Functions(Protocol):
    """Experts that are functions."""

    def answer(self, name: str, request: Request) -> AsyncGenerator[Piece, None]:
        """Call the function *name* and yield what it answers, piece by piece.

        Raises FunctionRefused (its message is for people), FunctionFailed, FunctionNeedsAsker,
        FunctionOff or FunctionMissing.
        A function whose answer is not read to its end is cancelled, if it can be.
        """
