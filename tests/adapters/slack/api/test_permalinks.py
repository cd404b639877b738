import pytest

from bot.adapters.slack.api.permalinks import Place, parse

LINK = "https://acme.slack.com/archives/C0GENERAL/p1763671234000100"


def test_a_link_names_a_channel_and_a_message():
    assert parse(LINK) == Place("C0GENERAL", "1763671234.000100", "1763671234.000100")


@pytest.mark.parametrize("query", ["?thread_ts=1.000002&cid=C1", "?cid=C1&thread_ts=1.000002"])
def test_a_link_to_a_reply_names_its_thread(query: str):
    assert parse(LINK + query) == Place("C0GENERAL", "1763671234.000100", "1.000002")


@pytest.mark.parametrize("other", ["", "hello", "https://acme.slack.com/archives/C1", "ftp" + LINK])
def test_anything_else_names_nothing(other: str):
    assert parse(other) is None
