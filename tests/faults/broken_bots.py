"""Bots that are broken on purpose: of each feature, one that does not keep what is promised.

Each function breaks the bot in its own process, before it starts.
"""

from typing import Any
from uuid import uuid4

from bot import functions
from bot.panel.journal.events import TurnEvent, UploadOpened
from bot.panel.journal.turn_record import TurnRecord
from bot.panel.language_model import prompts
from bot.panel.language_model.model_client import ModelClient
from bot.panel.model import Decision
from bot.panel.replies.streams import Streams


def asks_without_looking() -> None:
    """After a crash, ask the model again without looking what it was asked."""
    ask = ModelClient.ask

    def careless(self: ModelClient, *args: Any, **options: Any) -> Any:
        return ask(self, *args, **options | {"repeated": False})

    _set(ModelClient, "ask", careless)


def approves_of_everything() -> None:
    """Tell the model that people approve, whatever they said."""
    given = prompts.given
    _set(prompts, "given", lambda wanted, _, by: given(wanted, Decision.APPROVED, by))


def leaves_streams() -> None:
    """Do not delete a message that is posted anew."""

    async def leave(*_: object) -> None:
        pass

    _set(Streams, "_withdraw", leave)


def forgets_uploads() -> None:
    """Do not note that an upload was opened."""
    note = TurnRecord.note

    async def forgetful(self: TurnRecord, event: TurnEvent) -> None:
        if not isinstance(event, UploadOpened):
            await note(self, event)

    _set(TurnRecord, "note", forgetful)


def changes_keys() -> None:
    """Call a function with another key each time."""
    begin = functions.Request.__init__

    def careless(self: functions.Request, *args: Any, **told: Any) -> None:
        begin(self, *args, **told | {"key": f"{uuid4()}"})

    _set(functions.Request, "__init__", careless)


def _set(where: object, name: str, what: object) -> None:
    setattr(where, name, what)
