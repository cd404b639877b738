"""What is in a workspace: its people, other apps, channels, threads' states and views."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from bot.json_types import Json
from bot.playground.slack.workspace.messages import Message

Kind = Literal["channel", "group", "im", "mpim"]

SLACKBOT = "USLACKBOT"


@dataclass(frozen=True, slots=True)
class User:
    """A person in the workspace, or an app's bot user."""

    id: str
    name: str
    real_name: str
    team_id: str
    display_name: str = ""
    is_bot: bool = False
    is_admin: bool = False
    is_owner: bool = False
    is_restricted: bool = False  # a guest of several channels
    is_ultra_restricted: bool = False  # a guest of one channel
    is_stranger: bool = False  # from another organisation
    locale: str = "en-US"
    tz: str = "Europe/Berlin"
    emoji: str = "🙂"
    colour: str = "#5b6b7b"

    @property
    def shown_name(self) -> str:
        """The name that others see."""
        return self.display_name or self.real_name


@dataclass(frozen=True, slots=True)
class App:
    """Another app in the workspace: its bot posts."""

    id: str  # of its bot
    app_id: str
    user: str
    name: str
    team_id: str = ""  # of the workspace that has installed it, if that is another one


@dataclass(frozen=True, slots=True)
class Enterprise:
    """An Enterprise organisation, which has several workspaces."""

    id: str
    name: str


@dataclass(slots=True)
class Channel:
    """A channel, or a direct conversation."""

    id: str
    name: str
    kind: Kind = "channel"
    members: set[str] = field(default_factory=set)
    is_archived: bool = False
    is_shared: bool = False  # with another organisation


@dataclass(slots=True)
class Status:
    """What the app is doing in a thread, as it says."""

    channel: str
    thread_ts: str
    text: str
    loading_messages: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Session:
    """The status and title that the app gave a thread."""

    status: str = ""
    title: str = ""


@dataclass(slots=True)
class View:
    """An open modal, or somebody's App Home."""

    id: str
    user: str
    content: Json  # as the app sent it, with what Slack adds
    hash: str
    is_open: bool = True
    suggested: dict[str, Json] = field(default_factory=dict)  # options by value, of all its menus


ChangeKind = Literal[
    "posted",
    "updated",
    "deleted",
    "status",
    "session",
    "view",
    "prompts",
    "reaction",
    "thumb",
    "group",
    "app",
]


@dataclass(frozen=True, slots=True)
class Change:
    """A change in the workspace."""

    kind: ChangeKind
    channel: str | None = None
    message: Message | None = None
    status: Status | None = None
    view: View | None = None
    previous: Message | None = None
    is_elsewhere: bool = False  # made in another workspace, with which the channel is shared
