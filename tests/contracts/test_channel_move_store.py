"""What Redis remembers of channels whose id has changed, and what follows from it."""

from itertools import permutations

from bot.adapters.redis.stores.workspace_stores import RedisChannelMoveStore
from bot.panel.messaging.channel_moves import ChannelMove, ChannelMoves

CHAIN = (ChannelMove("G1", "C2", 1.0), ChannelMove("C2", "C3", 2.0), ChannelMove("C3", "C4", 3.0))


async def test_moves_are_kept_by_workspace_and_the_first_word_counts(redis):
    store = RedisChannelMoveStore(redis)
    await store.note("T1", CHAIN[0])
    await store.note("T1", ChannelMove("G1", "C2", 9.0))

    assert await store.of_team("T1") == [CHAIN[0]]
    assert await store.of_team("T2") == []


def test_a_chain_has_one_first_and_one_current_id_in_whatever_order_it_came():
    for order in permutations(CHAIN):
        moves = ChannelMoves((*order, order[0]))
        for channel in ("G1", "C2", "C3", "C4"):
            assert (moves.first(channel), moves.current(channel)) == ("G1", "C4")
            assert set(moves.group(channel)) == {"G1", "C2", "C3", "C4"}
    assert (moves.first("C9"), moves.current("C9"), moves.group("C9")) == ("C9", "C9", ())


def test_a_circle_ends_where_it_was_last():
    moves = ChannelMoves([ChannelMove("C1", "C2", 1.0), ChannelMove("C2", "C1", 2.0)])

    assert (moves.first("C2"), moves.current("C2"), moves.current("C1")) == ("C1", "C1", "C1")
