"""Who may do what, and where the panels are kept."""

from dataclasses import dataclass

from bot.settings.kinds import text, word_set
from bot.settings.number_kinds import number, whole_number
from bot.settings.secret_kinds import encryption_keys, secrets
from bot.settings.setting import Group, Own, setting

APPROVERS = r"asker|anyone|admins|[UWS][A-Z0-9]{2,}"
_USUAL_APPROVERS = frozenset({"asker", "admins"})
_PLACES = r"all|direct|[CDGT][A-Z0-9]{2,}"
_NAMED_SO = "ids of channels (C…) and workspaces (T…), direct or all"
_PLACE_WORDS = ("all", "direct")


@dataclass(frozen=True)
class RightsSettings:
    """Who may do what, and where the panels are kept."""

    panel_file: str = setting(
        "PANELBOT_PANEL_FILE",
        text(),
        "A file that defines the panels, which then cannot be changed in Slack: see `panelbot "
        "experts`",
        example="/etc/panelbot/panel.yaml",
        page="extend/panel-files.md",
        group=Group.PANELS,
    )
    own_secrets: tuple[str, ...] = setting(
        "PANELBOT_SECRET",
        secrets(),
        "Signs the bot's own messages, so that threads can be found again if Redis is lost. At "
        "least 16 characters (openssl rand -hex 32). To change it: new,old. Without it, the "
        "signing secret or the bot token is used, and old threads cannot be read once that "
        "changes.",
        needed="recommended",
        example="the output of: openssl rand -hex 32",
        is_secret=True,
        group=Group.RIGHTS,
    )
    encryption_keys: tuple[bytes, ...] = setting(
        "PANELBOT_ENCRYPTION_KEYS",
        encryption_keys(),
        "Keys that encrypt what people and models say in Redis (AES-256-GCM); the first one is "
        "used to write. `panelbot keys new` makes a key, `panelbot keys rotate` lets you remove "
        "the others",
        needed="with PANELBOT_CLIENT_ID",
        example="the output of: panelbot keys new",
        is_secret=True,
        page="run/encryption.md",
    )
    admins: frozenset[str] = setting(
        "PANELBOT_ADMINS",
        word_set(r"[UW][A-Z0-9]{2,}", "ids of people (U…)"),
        "People who may change the workspace's default panel, in addition to workspace admins",
        example="U012AB3CD,U045EF6GH",
        own=Own.NAMED_THERE,
    )
    alerts: frozenset[str] = setting(
        "PANELBOT_ALERTS",
        word_set(r"[CGUW][A-Z0-9]{2,}", "ids of channels (C…) and people (U…)"),
        "Who is told when somebody has to fix something: ids of channels that the bot is in, "
        "and of people. Left out: PANELBOT_ADMINS; if that is empty, too, only the log",
        example="C012AB3CD,U045EF6GH",
        page="run/alerts.md",
        own=Own.NAMED_THERE,
    )
    askers: frozenset[str] = setting(
        "PANELBOT_ASKERS",
        word_set(
            r"(admins|members|guests|partners|[UW][A-Z0-9]{2,})(:[CDG][A-Z0-9]{2,})?",
            "admins, members, guests, partners or ids of people (U…), each perhaps :C…",
            frozenset({"members"}),
            ("admins", "members", "guests", "partners"),
        ),
        "Who may ask, press buttons and give commands: admins, members (includes admins), "
        "guests, partners (people from other organisations in shared channels), and ids of "
        "people. Each can be limited to a channel",
        example="members,guests:C012AB3CD,partners:C045EF6GH",
        page="use/access.md",
        own=Own.NAMED_THERE,
    )
    channels: frozenset[str] = setting(
        "PANELBOT_CHANNELS",
        word_set(_PLACES, _NAMED_SO, frozenset({"all"}), _PLACE_WORDS),
        "Where the bot may be used: ids of channels and workspaces, direct (for direct "
        "messages), or all",
        example="C012AB3CD,C045EF6GH,direct",
        page="use/access.md",
        own=Own.WITHIN,
    )
    channels_denied: frozenset[str] = setting(
        "PANELBOT_CHANNELS_DENIED",
        word_set(_PLACES, _NAMED_SO, known=_PLACE_WORDS),
        "Where it may not be used, whatever the other settings say",
        example="C012AB3CD",
        page="use/access.md",
        own=Own.BESIDES,
    )
    channels_sharing: frozenset[str] = setting(
        "PANELBOT_CHANNELS_SHARING",
        word_set(_PLACES, _NAMED_SO, known=_PLACE_WORDS),
        "Channels shared with other organisations where the default panel's documents and tools "
        "may be used. Left out: none",
        example="C012AB3CD",
        page="use/access.md#channels-shared-with-other-organisations",
        own=Own.ANY,
    )
    questions_of_person: int = setting(
        "PANELBOT_QUESTIONS_OF_PERSON",
        whole_number(1, 10_000, or_zero=True, default=30),
        "Questions that one person may ask per minute; 0: no limit",
        page="use/access.md#how-often",
        own=Own.AT_MOST_OR_ZERO,
    )
    questions_of_channel: int = setting(
        "PANELBOT_QUESTIONS_OF_CHANNEL",
        whole_number(1, 10_000, or_zero=True, default=300),
        "Questions that all people in a channel together may ask per minute; 0: no limit",
        page="use/access.md#how-often",
        own=Own.AT_MOST_OR_ZERO,
    )
    apps: frozenset[str] = setting(
        "PANELBOT_APPS",
        word_set(r"[ABUW][A-Z0-9]{2,}", "ids of apps (A…), bots (B…) or their users (U…)"),
        "Other apps and workflows that may ask by mentioning the bot: ids of apps (A…), of "
        "their bots (B…) or of their bots' users (U…). Left out: none",
        example="A012AB3CD,B045EF6GH",
        page="use/asking.md#apps-and-workflows",
        own=Own.NAMED_THERE,
    )
    approvers: frozenset[str] = setting(
        "PANELBOT_APPROVERS",
        word_set(
            APPROVERS,
            "asker, admins, anyone, or ids of people (U…) and user groups (S…)",
            _USUAL_APPROVERS,
            ("asker", "anyone", "admins"),
        ),
        "Who may approve tools that need it: asker (whoever asked, but not for tools that may "
        "change something), admins (of the workspace or organisation), anyone (full members), "
        "and ids of people and user groups",
        example="asker,admins,U012AB3CD,S078IJ9KL",
        page="use/approvals.md",
        own=Own.NAMED_THERE,
    )
    link_domains: frozenset[str] = setting(
        "PANELBOT_LINK_DOMAINS",
        word_set(r"(?:[a-zA-Z0-9_-]+\.)+[a-zA-Z0-9-]{2,}", "domains (example.com)"),
        "Domains that answers may link to, including their subdomains; other links are shown as "
        "plain text. Left out: all",
        example="example.com,docs.python.org",
        page="understand/prompt-injection.md",
        own=Own.ANY,
    )
    approval_hours: float = setting(
        "PANELBOT_APPROVAL_HOURS",
        number(0.0001, 720, default=24, unit="hours"),
        "Hours after which a request for approval counts as declined if nobody has decided",
        page="use/approvals.md",
        own=Own.ANY,
    )
