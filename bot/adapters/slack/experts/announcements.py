"""Announcements in a channel of changes to its panel."""

from collections.abc import Mapping

from bot.adapters.slack.blocks.answers import Answer, cut, parted
from bot.adapters.slack.blocks.elements import section, verbatim
from bot.adapters.slack.experts.panel_messages import labelled_name, purpose
from bot.adapters.slack.experts.panel_settings import PanelSetting
from bot.adapters.slack.markdown import sanitize
from bot.language import gettext
from bot.panel.model import UserId
from bot.panel.roster.changes import Change, Verb
from bot.panel.roster.roster import Scope, WorkspaceScope


def change(change: Change) -> Answer:
    text = _changed(change)
    if change.verb is not Verb.REMOVED:
        text += " " + gettext("Ask about: {purpose}", purpose=purpose(change.expert))
    return Answer(text, [section(text)])


def consulting(edited: Change) -> Answer:
    names = ", ".join(f"`{name}`" for name in edited.expert.consults)
    consults = (
        gettext("It now consults {experts}.", experts=names)
        if names
        else gettext("It now consults nobody.")
    )
    text = f"{_changed(edited)} {consults}"
    return Answer(cut(text), [section(part) for part in parted(text)])


def setting(setting: PanelSetting, value: str, scope: Scope, by: UserId) -> Answer:
    value = value.casefold()
    announcement = (
        setting.for_defaults if isinstance(scope, WorkspaceScope) else setting.for_channel
    )
    text = announcement(person=f"<@{by}>", setting=value, meaning=setting.values[value]())
    return Answer(text, [section(text)])


def workspace_setting(name: str, by: UserId) -> Answer:
    """Return the announcement that a setting of the workspace has changed; it tells no value."""
    text = gettext(
        "{person} changed the setting `{name}` of this workspace.", person=f"<@{by}>", name=name
    )
    return Answer(text, [section(text)])


def rules(rules: str | None, scope: Scope, by: UserId) -> Answer:
    """Return the announcement of the rules for whom the router asks; None: there are none now."""
    text = _rules_changed(f"<@{by}>", scope, none=rules is None)
    if rules is None:
        return Answer(text, [section(text)])
    return Answer(cut(f"{text}\n{sanitize.mrkdwn(rules)}"), [section(text), verbatim(rules)])


def _rules_changed(person: str, scope: Scope, *, none: bool) -> str:
    if isinstance(scope, WorkspaceScope):
        if none:
            return gettext(
                "{person} removed the rules for whom I ask in all channels.", person=person
            )
        return gettext("{person} changed the rules for whom I ask in all channels:", person=person)
    if none:
        return gettext("{person} removed this channel's rules for whom I ask.", person=person)
    return gettext("{person} changed this channel's rules for whom I ask:", person=person)


def _changed(change: Change) -> str:
    names = {"person": f"<@{change.by}>", "expert": labelled_name(change.expert)}
    if isinstance(change.scope, WorkspaceScope):
        return _default_panel_changed(change.verb, names)
    return _channel_panel_changed(change.verb, names)


def _channel_panel_changed(verb: Verb, names: Mapping[str, str]) -> str:
    match verb:
        case Verb.ADDED:
            return gettext("{person} added {expert} to this channel's panel.", **names)
        case Verb.EDITED:
            return gettext("{person} edited {expert} in this channel's panel.", **names)
        case Verb.REMOVED:
            return gettext("{person} removed {expert} from this channel's panel.", **names)


def _default_panel_changed(verb: Verb, names: Mapping[str, str]) -> str:
    match verb:
        case Verb.ADDED:
            return gettext("{person} added {expert} to the default panel of all channels.", **names)
        case Verb.EDITED:
            return gettext(
                "{person} edited {expert} in the default panel of all channels.", **names
            )
        case Verb.REMOVED:
            return gettext(
                "{person} removed {expert} from the default panel of all channels.", **names
            )
