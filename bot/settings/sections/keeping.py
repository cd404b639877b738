"""How long things are kept."""

from dataclasses import dataclass

from bot.settings.kinds import choice
from bot.settings.number_kinds import number, whole_number
from bot.settings.setting import Group, Own, setting

_PAGE = "run/forgetting.md#how-long-things-are-kept"


@dataclass(frozen=True)
class KeepingSettings:
    """How long things are kept."""

    retention_days: int = setting(
        "PANELBOT_RETENTION_DAYS",
        whole_number(1, 90, default=0, or_zero=True, unit="days"),
        "Days after its last use until a thread is deleted: its conversations at the model "
        "server, its history and its links. 0: conversations are kept until somebody forgets "
        "the thread, and data in Redis for 90 days",
        page=_PAGE,
        group=Group.KEEPING,
        own=Own.AT_MOST_OR_ZERO,
    )
    report_days: int = setting(
        "PANELBOT_RETENTION_REPORTS_DAYS",
        whole_number(1, 400, default=30, unit="days"),
        "Days for which *Show work* and notes about failures are kept",
        page=_PAGE,
        own=Own.AT_MOST,
    )
    dead_days: int = setting(
        "PANELBOT_RETENTION_DEAD_DAYS",
        whole_number(1, 400, default=30, unit="days"),
        "Days for which failed turns are kept, with what people wrote in them",
        page=_PAGE,
    )
    uninstall_days: float = setting(
        "PANELBOT_UNINSTALL_DAYS",
        number(0, 90, default=7, unit="days"),
        "Days after the app is removed from a workspace, or its token is revoked, until the "
        "workspace's data is deleted; if the app is installed again before that, the data is "
        "kept",
        page="run/forgetting.md#when-the-app-is-removed",
        own=Own.AT_MOST,
    )
    usage_by_person: str = setting(
        "PANELBOT_USAGE_BY_PERSON",
        choice("no", "yes", default="no"),
        "Also count usage by person, for `panelbot usage --by person`; usage by expert and "
        "channel is always counted",
        example="yes",
        page="run/usage.md#by-person",
        own=Own.ANY,
    )
    learning: str = setting(
        "PANELBOT_LEARNING",
        choice("off", "channel", "workspace", default="off"),
        "Whether to keep questions for which people wanted other experts than the router chose, "
        "and to show the router the most similar ones later: from the same `channel`, or, with "
        "`workspace`, also from public channels. They are kept after redaction, as long as "
        "threads",
        example="channel",
        page="use/learning.md",
        own=Own.ANY,
    )
    audit_days: int = setting(
        "PANELBOT_AUDIT_DAYS",
        whole_number(1, 3650, default=400, unit="days"),
        "Days for which the audit log is kept",
        page="run/audit.md",
        own=Own.OPERATOR,
    )
