"""Who may use this installation, and how often."""

from bot.adapters.redis.queue.rate_limiter import RedisQuestionCounter
from bot.assembly.slack import Slack
from bot.assembly.storage import Storage
from bot.panel.access.access import Access
from bot.panel.access.policy import AccessPolicy
from bot.panel.access.question_limits import QuestionLimits
from bot.panel.intake.admission import Admission
from bot.panel.messaging.locales import Locales
from bot.settings.config import Config


def access_of(config: Config, storage: Storage, slack: Slack) -> Access:
    """Return what says who may use the bot."""
    policy = AccessPolicy(
        askers=config.askers,
        channels=config.channels,
        denied=config.channels_denied,
        sharing=config.channels_sharing,
        admins=config.admins,
    )
    team_id = slack.identity.team_id
    return Access(
        policy, slack.people, slack.channel_facts, slack.responder.members, storage.audit, team_id
    )


def admission_of(config: Config, storage: Storage, slack: Slack, locales: Locales) -> Admission:
    """Return what admits turns."""
    return Admission(
        access_of(config, storage, slack),
        RedisQuestionCounter(storage.redis, slack.identity.team_id),
        QuestionLimits(config.questions_of_person, config.questions_of_channel),
        storage.threads,
        slack.responder,
        locales,
    )
