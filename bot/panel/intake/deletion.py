"""What the deletion of a message means for the turn that answers it."""

from collections.abc import Set

from bot.panel.model import MessageTs, Turn


def messages_of(turn: Turn) -> Set[MessageTs]:
    """Return the messages that *turn* answers, or is about: its buttons and decisions."""
    return {turn.about, *(message.ts for message in turn.messages)}


def is_withdrawn(turn: Turn, deleted: Set[MessageTs]) -> bool:
    """Whether nothing is left to answer in *turn*, *deleted* being gone.

    Where a message mentioned the bot, one that does has to be left; else any message will do.
    The message that began the thread takes all of its turn with it.
    """
    if turn.about in deleted and (turn.steer or turn.verdict):
        return True
    if turn.thread.thread_ts in deleted:
        return True
    left = [message for message in turn.messages if message.ts not in deleted]
    return not left or (turn.mentions_bot and not any(message.mentioned for message in left))
