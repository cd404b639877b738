import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.panel.errors import Refused
from bot.settings.env_file import read

FILE = r"""
# a comment
A=plain
export B = "with # sign, \"quotes\" and\na line"  # a comment
C='$HOME `x` \n ${A}'
D=a$b${A}#c   # a comment
E=
F="-----BEGIN KEY-----
line = 2
-----END KEY-----"
G=two words
A=again
"""


def written(tmp_path: Path, content: bytes | str) -> str:
    path = tmp_path / ".env"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(path)


@pytest.mark.parametrize("line_break", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_file_is_read_as_is_common_and_nothing_is_expanded(tmp_path, line_break, mark):
    values = read(written(tmp_path, mark + FILE.replace("\n", line_break)))
    assert values == {
        "A": "again",
        "B": 'with # sign, "quotes" and\na line',
        "C": r"$HOME `x` \n ${A}",
        "D": "a$b${A}#c",
        "E": "",
        "F": f"-----BEGIN KEY-----{line_break}line = 2{line_break}-----END KEY-----",
        "G": "two words",
    }


def test_every_line_that_cannot_be_understood_is_named_without_its_value(tmp_path):
    lines = (
        "",
        "",
        "A hush",
        "B=1",
        "C='hush",
        "D='",
        "E='hush' hush",
        "NAME",
        "a b=hush",
        'F="hush',
    )
    path = written(tmp_path, "\n".join(lines))
    with pytest.raises(Refused) as refusal:
        read(path)
    assert str(refusal.value).splitlines() == [
        f"{path}:3: the line should be NAME=value, or begin with #",
        f"{path}:7: the value of E goes on after its closing '",
        f"{path}:8: the line should be NAME=value, or begin with #",
        f"{path}:9: the line should be NAME=value, or begin with #",
        f'{path}:10: the value of F begins with ", which is closed nowhere',
    ]


def test_a_quote_that_is_closed_by_accident_is_told_where_it_was_opened(tmp_path):
    path = written(tmp_path, 'A="hush\nB=1\nC="hush"\n')
    with pytest.raises(
        Refused, match=r":1: the value of A begins with \", which is closed only in"
    ):
        read(path)


def test_a_file_that_cannot_be_read_is_refused(tmp_path):
    with pytest.raises(Refused, match=r"none cannot be read: No such file"):
        read(str(tmp_path / "none"))
    with pytest.raises(Refused, match="cannot be read: Is a directory"):
        read(str(tmp_path))
    with pytest.raises(Refused, match=r"\.env:2:3: the file is not text in UTF-8"):
        read(written(tmp_path, b"A=1\nB=\xff"))


def test_a_pipe_may_be_named(tmp_path):
    reading, writing = os.pipe()
    os.write(writing, b"A=1")
    os.close(writing)
    assert read(f"/dev/fd/{reading}") == {"A": "1"}
    os.close(reading)


@given(some.text() | some.text("A=\"' #\n\\\0$"))
def test_any_text_is_read_or_refused_with_a_line(tmp_path_factory, text):
    path = tmp_path_factory.getbasetemp() / "any.env"
    path.write_bytes(text.encode("utf-8", "replace"))
    try:
        read(str(path))
    except Refused as refusal:
        assert all(one.startswith(f"{path}:") for one in str(refusal).splitlines())  # noqa: PT017
