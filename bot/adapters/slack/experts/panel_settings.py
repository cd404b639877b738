"""The settings of a panel that ``/experts`` changes: each is one entry of ``SETTINGS``.

The subcommand, its line in the help, its values and its announcement come from the entry.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from bot.language import gettext
from bot.panel.model import UserId
from bot.panel.roster.panel_editor import PanelEditor
from bot.panel.roster.roster import Scope, Setting


class Announcement(Protocol):
    """Returns the announcement of a new value, in the current language."""

    def __call__(self, *, person: str, setting: str, meaning: str) -> str:
        """Say who set which value, and what it means."""


@dataclass(frozen=True, slots=True)
class PanelSetting:
    """A setting, and what ``/experts`` needs to know about it."""

    word: str  # the subcommand
    values: Mapping[str, Callable[[], str]]  # and what each means, as the end of a sentence
    help: Callable[[], str]
    set: Callable[[PanelEditor, Scope, str, UserId], Awaitable[object]]
    for_channel: Announcement
    for_defaults: Announcement


SYNTHESIS = PanelSetting(
    word="synthesis",
    values={
        "auto": lambda: gettext("when two or more experts have answered"),
        "always": lambda: gettext("after every answer"),
        "never": lambda: gettext("the experts' answers stand alone"),
    },
    help=lambda: gettext(
        "`/experts synthesis auto`, `always` or `never`: when I sum up what the experts said"
    ),
    set=partial(PanelEditor.choose, setting=Setting.SYNTHESIS),
    for_channel=lambda **details: gettext(
        "{person} set the synthesis of this channel's panel to *{setting}*: {meaning}.", **details
    ),
    for_defaults=lambda **details: gettext(
        "{person} set the synthesis of the default panel of all channels to *{setting}*: "
        "{meaning}.",
        **details,
    ),
)

STREAMING = PanelSetting(
    word="streaming",
    values={
        "on": lambda: gettext(
            "whoever asks watches the replies being written, the others see them when they are done"
        ),
        "off": lambda: gettext("replies appear when they are whole"),
        "default": lambda: gettext(
            "as it is elsewhere: replies grow in direct messages, and appear whole in channels"
        ),
    },
    help=lambda: gettext(
        "`/experts streaming on`, `off` or `default`: whether replies grow while they are written"
    ),
    set=partial(PanelEditor.choose, setting=Setting.STREAMING),
    for_channel=lambda **details: gettext(
        "{person} set streaming for this channel's panel to *{setting}*: {meaning}.", **details
    ),
    for_defaults=lambda **details: gettext(
        "{person} set streaming for the default panel of all channels to *{setting}*: {meaning}.",
        **details,
    ),
)

UNSURE = PanelSetting(
    word="unsure",
    values={
        "off": lambda: gettext("the router decides whom to ask, however unsure it is"),
        "cautious": lambda: gettext(
            "I ask you whom to ask where the router is sure of no expert at all"
        ),
        "eager": lambda: gettext("I ask you whom to ask where the router is unsure of any expert"),
        "default": lambda: gettext("as it is elsewhere"),
    },
    help=lambda: gettext(
        "`/experts unsure off`, `cautious`, `eager` or `default`: whether I ask you whom to ask "
        "where the router is unsure"
    ),
    set=partial(PanelEditor.choose, setting=Setting.UNSURE),
    for_channel=lambda **details: gettext(
        "{person} set for this channel what happens when the router is unsure to *{setting}*: "
        "{meaning}.",
        **details,
    ),
    for_defaults=lambda **details: gettext(
        "{person} set for all channels what happens when the router is unsure to *{setting}*: "
        "{meaning}.",
        **details,
    ),
)

SETTINGS = (SYNTHESIS, STREAMING, UNSURE)
