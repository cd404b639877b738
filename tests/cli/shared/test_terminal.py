"""Terminals that are narrow, or do not say how wide they are."""

import io

import pytest

from bot.cli.shared.terminal import console


@pytest.mark.parametrize(("columns", "width"), [("0", 80), ("1", 20), ("19", 20), ("33", 33)])
def test_no_text_is_lost(monkeypatch, columns, width):
    monkeypatch.setenv("COLUMNS", columns)
    shown = io.StringIO()
    console(file=shown).print("A question and an answer")
    assert shown.getvalue().split() == ["A", "question", "and", "an", "answer"]
    assert console().width == width
