"""The list of commands, which is made without importing them."""

import click
import pytest
from click.testing import CliRunner

from bot.cli.main import main
from bot.cli.shared.lazy_command import LazyCommand, loaded

WHOLE = 200  # characters: more than any line has


@pytest.mark.parametrize("lazy", main.commands.values(), ids=lambda lazy: lazy.name)
def test_a_command_stands_in_the_list_as_in_its_own_help(lazy: click.Command):
    command = loaded(lazy)

    assert isinstance(lazy, LazyCommand)
    assert command.name == lazy.name
    assert command.get_short_help_str(WHOLE) == lazy.get_short_help_str(WHOLE)


def test_no_line_of_the_list_is_cut_in_eighty_columns():
    shown = CliRunner().invoke(main, ["--help"], terminal_width=80).output

    assert "..." not in shown.partition("Commands:")[2]


@pytest.mark.parametrize(
    ("written", "meant"), [("help", "--help"), ("version", "--version"), ("CHECK", "check")]
)
def test_what_other_programs_call_it_is_answered_with_what_is_meant(written: str, meant: str):
    shown = CliRunner().invoke(main, [written])

    assert f"No such command '{written}'. Did you mean '{meant}'?" in shown.output
    assert shown.exit_code == 2
