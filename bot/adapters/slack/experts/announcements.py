"""What a channel is told of changes, and what is said where it cannot be told."""

from collections.abc import Mapping
from typing import assert_never

from bot.adapters.slack.blocks.blocks import section
from bot.adapters.slack.experts.panel_lists import Answer, introduced, purpose, switch, when
from bot.language import gettext
from bot.panel.model import Synthesis, UserId
from bot.panel.roster.changes import Change, Verb
from bot.panel.roster.roster import Scope, WorkspaceScope


def change(done: Change) -> Answer:
    """Return what a channel is told about a change."""
    told = {"person": f"<@{done.by}>", "expert": introduced(done.expert)}
    said = _default_changed if isinstance(done.scope, WorkspaceScope) else _changed
    words = said(done.verb, told)
    if done.verb is not Verb.REMOVED:
        words += " " + gettext("Ask about: {purpose}", purpose=purpose(done.expert))
    return Answer(words, [section(words)])


def _changed(verb: Verb, told: Mapping[str, str]) -> str:
    match verb:
        case Verb.ADDED:
            return gettext("{person} added {expert} to this channel's panel.", **told)
        case Verb.EDITED:
            return gettext("{person} edited {expert} in this channel's panel.", **told)
        case Verb.REMOVED:
            return gettext("{person} removed {expert} from this channel's panel.", **told)
        case _:
            assert_never(verb)


def _default_changed(verb: Verb, told: Mapping[str, str]) -> str:
    match verb:
        case Verb.ADDED:
            return gettext("{person} added {expert} to the default panel of all channels.", **told)
        case Verb.EDITED:
            return gettext("{person} edited {expert} in the default panel of all channels.", **told)
        case Verb.REMOVED:
            return gettext(
                "{person} removed {expert} from the default panel of all channels.", **told
            )
        case _:
            assert_never(verb)


def consulting(done: Change) -> Answer:
    """Return what a channel is told when it is set whom an expert consults."""
    names = ", ".join(f"`{name}`" for name in done.expert.consults)
    expert = introduced(done.expert)
    said = (
        gettext("It now consults {experts}.", experts=names)
        if names
        else gettext("It now consults nobody.")
    )
    told = {"person": f"<@{done.by}>", "expert": expert}
    edited = _default_changed if isinstance(done.scope, WorkspaceScope) else _changed
    words = f"{edited(Verb.EDITED, told)} {said}"
    return Answer(words, [section(words)])


def synthesis(setting: Synthesis, scope: Scope, by: UserId) -> Answer:
    """Return what a channel is told when the synthesis is set."""
    told = {"person": f"<@{by}>", "setting": setting.value, "when": when(setting)}
    if isinstance(scope, WorkspaceScope):
        said = gettext(
            "{person} set the synthesis of the default panel of all channels to *{setting}*: "
            "{when}.",
            **told,
        )
    else:
        said = gettext(
            "{person} set the synthesis of this channel's panel to *{setting}*: {when}.", **told
        )
    return Answer(said, [section(said)])


def streaming(setting: bool | None, scope: Scope, by: UserId) -> Answer:
    """Return what a channel is told when streaming is set."""
    told = {"person": f"<@{by}>", "setting": switch(setting), "how": _streamed(setting)}
    if isinstance(scope, WorkspaceScope):
        said = gettext(
            "{person} set streaming for the default panel of all channels to *{setting}*: {how}.",
            **told,
        )
    else:
        said = gettext(
            "{person} set streaming for this channel's panel to *{setting}*: {how}.", **told
        )
    return Answer(said, [section(said)])


def not_told(code: str, channel_id: str, bot_user: str) -> Answer:
    """Return what somebody is told whose change counts, but could not be announced."""
    is_elsewhere = code in {"channel_not_found", "not_in_channel"}
    if is_elsewhere and channel_id.startswith("D"):
        said = gettext(
            "Done, but I take no part in direct messages between people and cannot answer here: "
            "write to {me}, or mention me in a channel.",
            me=f"<@{bot_user}>",
        )
    elif is_elsewhere:
        said = gettext(
            "Done. I am not in this channel, so I could not tell the others and cannot answer "
            "here: write `/invite` and then {me}.",
            me=f"<@{bot_user}>",
        )
    else:
        said = gettext("Done, but I could not tell the others in this channel.")
    return Answer(said, [section(said)])


def _streamed(setting: bool | None) -> str:
    if setting is None:
        return gettext(
            "as it is elsewhere: replies grow in direct messages, and appear whole in channels"
        )
    if setting:
        return gettext(
            "whoever asks watches the replies being written, the others see them when they are done"
        )
    return gettext("replies appear when they are whole")
