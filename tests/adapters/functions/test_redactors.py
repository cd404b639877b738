"""Redactors of installed packages: what they return is sent, and nothing goes out unseen."""

import asyncio
import time

import pytest

from bot.adapters.functions import redactors
from bot.adapters.functions.redactors import InstalledRedactors
from bot.panel.errors import ModelFault, ModelRefused, Refused
from bot.redactors import GROUP, Kind, Text, TextRefused
from tests.packages import install

SAID = Text("Card 4111 1111", Kind.SAID)


def stars(text: Text) -> str:
    return text.text.replace("4111", "****")


async def shouting(text: Text) -> str:
    await asyncio.sleep(0)
    return text.text.upper()


def refusing(text: Text) -> str:
    raise TextRefused


def breaking(text: Text) -> str:
    raise SystemExit(text.text)


def sleeping(text: Text) -> str:
    time.sleep(1)
    return text.text


async def redacted(*functions, text: Text = SAID, longest: float = 5) -> str:
    named = [(str(place), function) for place, function in enumerate(functions)]
    (one,) = await InstalledRedactors(named, longest=longest).redacted([text])
    return one


async def test_each_sees_what_the_one_before_returned():
    assert await redacted(stars, shouting) == "CARD **** 1111"


@pytest.mark.parametrize(
    ("bad", "fault"),
    [
        (refusing, ModelFault.WITHHELD),
        (breaking, ModelFault.UNCHECKED),
        (lambda text: None, ModelFault.UNCHECKED),
        (lambda text: b"", ModelFault.UNCHECKED),
        (lambda text: text, ModelFault.UNCHECKED),
        (lambda: "", ModelFault.UNCHECKED),
    ],
)
async def test_nothing_goes_out_unseen(bad, fault, caplog):
    with pytest.raises(ModelRefused) as refused:
        await redacted(stars, bad)
    assert refused.value.fault is fault
    assert "1111" not in str(refused.value) + caplog.text


async def test_one_that_never_ends_is_not_waited_for_and_does_not_hold_up_the_bot():
    since = time.monotonic()
    with pytest.raises(ModelRefused) as refused:
        await redacted(sleeping, longest=0.05)
    assert refused.value.fault is ModelFault.UNCHECKED
    assert time.monotonic() - since < 0.9


async def test_halves_of_characters_do_not_leave_it():
    assert await redacted(lambda text: "a\ud83d") == "a\ufffd"


def test_all_that_are_installed_are_found(tmp_path, monkeypatch):
    assert redactors.installed() is None
    code = "def redact(text):\n    return text.text\nnumber = 7\n"
    monkeypatch.syspath_prepend(install(tmp_path, "acme_dlp", code, {"a": "redact"}, GROUP))
    assert redactors.installed()


@pytest.mark.parametrize("attribute", ["number", "missing"])
def test_one_that_cannot_be_used_keeps_the_bot_from_starting(tmp_path, monkeypatch, attribute):
    name = f"acme_dlp_{attribute}"
    path = install(tmp_path, name, "number = 7", {"a": attribute}, GROUP)
    monkeypatch.syspath_prepend(path)
    with pytest.raises(Refused, match=name):
        redactors.installed()
