"""The file with a running demo's settings."""

import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from bot.demo.settings_file import as_env_file, make_way, settings_file
from bot.panel.errors import Refused
from bot.settings import env_file

ODD = {
    "A": "plain",
    "B": 'it\'s "odd" \\ # ü',
    "C": "",
    "D": "redis://:p@h:1/0?a=b&c=d",
    "E": '$HOME `id` "x" # y',
}
NO_PROCESS = 2**22 + 1  # more than Linux and macOS count to


def test_the_file_is_its_owners_alone_and_gone_at_the_end(tmp_path: Path):
    path = tmp_path / "demo.env"
    with settings_file(path, {"A": "1"}):
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.read_text().splitlines()[1:] == ["A=1"]
    assert not path.exists()


def test_a_shell_reads_what_was_written(tmp_path: Path):
    path = tmp_path / "demo.env"
    with settings_file(path, ODD):
        shell = f"set -a; . {shlex.quote(str(path))}; env -0"
        said = subprocess.check_output(shell, shell=True)  # noqa: S602 - it is what people type
    read = dict(line.split("=", 1) for line in said.decode().split("\0") if line)
    assert {name: read[name] for name in ODD} == ODD


def test_env_file_reads_what_was_written(tmp_path: Path):
    path = tmp_path / "demo.env"
    with settings_file(path, ODD):
        assert env_file.read(str(path)) == ODD


def test_no_other_file_is_written_over(tmp_path: Path):
    path, link = tmp_path / "mine.env", tmp_path / "link.env"
    path.write_text("MINE=1\n")
    link.symlink_to(tmp_path / "nothing")
    for taken in (path, link, tmp_path):
        with pytest.raises(Refused, match="exists"):
            make_way(taken)
        with pytest.raises(Refused, match="cannot be written"), settings_file(taken, {}):
            pass
    assert path.read_text() == "MINE=1\n"


def test_what_a_killed_demo_left_makes_way_and_a_running_ones_does_not(tmp_path: Path):
    path = tmp_path / "demo.env"
    path.write_text(as_env_file({}))
    with pytest.raises(Refused, match="exists"):
        make_way(path)
    path.write_text(re.sub(str(os.getpid()), str(NO_PROCESS), as_env_file({})))
    make_way(path)
    assert not path.exists()


def test_a_file_that_somebody_put_there_meanwhile_stays(tmp_path: Path):
    path = tmp_path / "demo.env"
    with settings_file(path, {}):
        path.rename(tmp_path / "moved.env")
        path.write_text("MINE=1\n")
    assert path.read_text() == "MINE=1\n"


def test_a_folder_that_is_not_there_is_told(tmp_path: Path):
    with (
        pytest.raises(Refused, match="cannot be written: No such file"),
        settings_file(tmp_path / "no" / "demo.env", {}),
    ):
        pass
