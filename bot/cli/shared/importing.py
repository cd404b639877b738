"""Importing while a command runs."""

import gc
import sys
from importlib import import_module
from types import ModuleType

from bot.cli.shared import stop_signals


def imported(name: str) -> ModuleType:
    """Import a module, if it is not yet, without looking for garbage meanwhile.

    There is none, and looking for it takes a fifth of the time. What has been imported stays, so it
    is not looked at later either.
    """
    if name in sys.modules:
        return sys.modules[name]
    gc.disable()
    try:
        with stop_signals.at_once():
            return import_module(name)
    finally:
        gc.freeze()
        gc.enable()
