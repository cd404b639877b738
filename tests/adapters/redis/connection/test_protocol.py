import pytest
from redis._parsers.encoders import Encoder
from redis.exceptions import DataError, NoScriptError, ResponseError

from bot.adapters.redis.connection.protocol import LENIENT, Replies, as_bytes, packed

REPLIES = (
    b"+OK\r\n:-7\r\n$5\r\nab\r\nc\r\n$0\r\n\r\n$-1\r\n*-1\r\n*0\r\n"
    b"*3\r\n:1\r\n*2\r\n$1\r\na\r\n*1\r\n$-1\r\n$1\r\nb\r\n$2\r\n\xc3\xa4\r\n"
)
READ = ["OK", -7, "ab\r\nc", "", None, None, [], [1, ["a", [None]], "b"], "ä"]


@pytest.mark.parametrize("size", [1, 2, 3, 7, len(REPLIES)])
def test_replies_are_read_however_they_are_cut(size):
    replies = Replies()
    pieces = (REPLIES[place : place + size] for place in range(0, len(REPLIES), size))

    assert [reply for piece in pieces for reply in replies.feed(piece)] == READ


def test_errors_are_replies_too():
    unknown, wrong = Replies().feed(b"-NOSCRIPT No matching script.\r\n-ERR odd\r\n")

    assert isinstance(unknown, NoScriptError)
    assert isinstance(wrong, ResponseError)
    assert wrong.status_code == "ERR"


def test_what_is_no_text_keeps_its_bytes():
    (text,) = Replies().feed(b"$4\r\n\xc3a\x00\xff\r\n")

    assert as_bytes(text) == b"\xc3a\x00\xff"


def test_redis_py_reads_and_writes_it_as_we_do():
    encoder = Encoder("utf-8", LENIENT, decode_responses=True)

    assert as_bytes(encoder.decode(b"\xc3a\xff")) == b"\xc3a\xff"
    assert encoder.encode("\ud800\udcff") == b"??"


@pytest.mark.parametrize("strange", [b"HTTP/1.1 400 Bad Request\r\n", b":x\r\n", b"$x\r\n"])
def test_what_is_no_reply_is_refused(strange):
    with pytest.raises(ValueError, match=r"not a reply|invalid literal"):
        Replies().feed(strange)


def test_commands_are_packed():
    assert packed(("SET", "ä", 1)) == b"*3\r\n$3\r\nSET\r\n$2\r\n\xc3\xa4\r\n$1\r\n1\r\n"
    assert packed(("CONFIG GET", b"\xff", 0.5)) == (
        b"*4\r\n$6\r\nCONFIG\r\n$3\r\nGET\r\n$1\r\n\xff\r\n$3\r\n0.5\r\n"
    )
    assert packed(("GET", "\ud800"))[-3:] == b"?\r\n"


@pytest.mark.parametrize("part", [None, True, ["a"]])
def test_what_redis_cannot_keep_is_refused(part):
    with pytest.raises(DataError):
        packed(("SET", "key", part))
