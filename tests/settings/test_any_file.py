"""Whatever a YAML file holds, it is read or refused, with the place."""

import os
import time

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.panel.errors import Refused
from bot.settings.yaml_files import panel_reading
from bot.settings.yaml_files.yaml_parsing import load, parse

_TOKENS = [
    *(
        "{",
        "}",
        "[",
        "]",
        "- ",
        ": ",
        "? ",
        "\n",
        "\n  ",
        "&a ",
        "*a",
        "!!x ",
        "!<",
        "|",
        ">",
        "|9",
    ),
    *(
        "%YAML 9.9",
        "---",
        "...",
        '"',
        "'",
        "\\",
        "\\ud83d",
        "#",
        "\t",
        "<<",
        "version: 1",
        "a",
        "!",
    ),
    *("|9", "!", "\x85", "\u2028", "\ufeff", "\0", "\r", "😀", "@", "`", "=", "~", ","),
]


@given(some.lists(some.sampled_from(_TOKENS), max_size=25).map("".join) | some.text())
def test_any_text_is_read_or_refused(text):
    try:
        panel_reading.read(text, "panel.yaml")
    except Refused as refusal:
        assert str(refusal).startswith("panel.yaml")  # noqa: PT017 - some are read


@given(some.binary(max_size=60))
def test_any_bytes_are_read_or_refused(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_bytes(content)
    try:
        panel_reading.load(str(path))
    except Refused as refusal:
        assert str(refusal).startswith(str(path))  # noqa: PT017 - some are read


@pytest.mark.parametrize("opened", ["[", "{a: ", "- ", "? "])
def test_what_is_nested_too_deeply_is_refused_with_its_place(opened):
    with pytest.raises(Refused, match=r"^panel\.yaml:2:\d+: lists and fields are nested too deep"):
        parse("# a panel\n" + opened * 3_000, "panel.yaml")


def test_aliases_of_aliases_are_not_multiplied():
    lines = ["a0: &a0 [x, x]", *(f"a{n}: &a{n} [{f'*a{n - 1}, ' * 9}]" for n in range(1, 60))]
    began = time.monotonic()
    with pytest.raises(Refused, match=r"^panel\.yaml:1:1: a0 is not a field here"):
        panel_reading.read("\n".join(lines), "panel.yaml")
    with pytest.raises(Refused, match="remove should be a single value"):
        panel_reading.read("version: 1\ndefaults:\n  remove: &r [*r, *r]", "panel.yaml")
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    "tagged", ["!!python/object/apply:os.system [ls]", "!!python/none", "!secret x", "!!int 1"]
)
def test_tags_are_refused(tagged):
    with pytest.raises(Refused, match=r"^panel\.yaml:1:10: version has a tag"):
        panel_reading.read(f"version: {tagged}", "panel.yaml")


def test_pipes_devices_folders_and_large_files_are_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", "/dev/zero"):
        with pytest.raises(Refused, match="it is a pipe or a device"):
            load(str(path))
    with pytest.raises(Refused, match="cannot be read: Is a directory"):
        load(str(tmp_path))
    with (tmp_path / "large").open("wb") as large:
        large.truncate(50_000_000)
    with pytest.raises(Refused, match="more than 20 MB"):
        load(str(tmp_path / "large"))


def test_other_encodings_are_refused(tmp_path):
    path = tmp_path / "panel.yaml"
    for encoding in ("utf-16", "utf-32", "latin-1"):
        path.write_bytes("# ä\nversion: 1".encode(encoding))
        with pytest.raises(Refused, match=r"panel\.yaml:1:\d: the file is not text in UTF-8"):
            load(str(path))
