"""Telling the conversations of other backends apart, by how their ids begin.

A thread keeps the ids that it got from the backend of its time. Where another one has been
chosen since, they count as gone for it: see any_backend.py for who still reads them.
"""

from collections.abc import Sequence

from bot.panel.errors import ConversationGone
from bot.panel.language_model.conversations.conversation_store import PREFIX

CONVERSATION = "conv_"
OWN = PREFIX
THREAD = "thread_"


def refuse(foreign: Sequence[str], id_: str) -> None:
    """Raise ConversationGone if *id_* begins with one of *foreign*: no server is to be asked."""
    if id_.startswith(tuple(foreign)):
        raise ConversationGone(f"{id_} belongs to another backend")
