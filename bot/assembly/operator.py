"""What the commands of the command line work with, opened for as long as they need it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.adapters.redis.stores.kept_data import RedisRemains
from bot.adapters.redis.stores.thread_store import RedisThreadStore
from bot.adapters.slack.api.identity import Identity
from bot.adapters.slack.api.metadata import StampSigner
from bot.adapters.slack.threads.bot_messages import BotMessages
from bot.adapters.slack.threads.transcript import SlackTranscript
from bot.assembly.app import panel_editor, panels_of
from bot.assembly.model_server import open_knowledge, open_model
from bot.assembly.slack import Slack, open_slack
from bot.assembly.storage import Storage, open_storage
from bot.panel.language_model.language_model import LanguageModel
from bot.panel.roster.expert_documents import ExpertDocuments
from bot.panel.roster.knowledge import KnowledgeBase
from bot.panel.roster.panel_store import PanelStore
from bot.panel.threads.link_recovery import LinkRecovery
from bot.settings.config import Config


@dataclass(frozen=True, slots=True)
class Desk:
    """What the commands about links work with."""

    identity: Identity
    threads: RedisThreadStore
    model: LanguageModel
    transcript: SlackTranscript
    recovery: LinkRecovery


@asynccontextmanager
async def open_desk(config: Config) -> AsyncIterator[Desk]:
    """Open what the commands about links need."""
    async with (
        open_storage(config) as memory,
        open_slack(config, memory) as slack,
        open_model(config, memory.conversations) as model,
    ):
        yield _desk(memory, slack, model)


def _desk(memory: Storage, slack: Slack, model: LanguageModel) -> Desk:
    recovery = LinkRecovery(memory.threads, model, slack.transcript)
    return Desk(slack.identity, memory.threads, model, slack.transcript, recovery)


@dataclass(frozen=True, slots=True)
class Records:
    """All that is kept anywhere: what the commands work with that tidy it up."""

    desk: Desk
    memory: Storage
    knowledge: KnowledgeBase
    remains: RedisRemains
    traces: BotMessages
    lease: float


@asynccontextmanager
async def open_records(config: Config) -> AsyncIterator[Records]:
    """Open all that is kept."""
    async with (
        open_storage(config) as memory,
        open_slack(config, memory) as slack,
        open_model(config, memory.conversations) as model,
        open_knowledge(config) as knowledge,
    ):
        yield Records(
            _desk(memory, slack, model),
            memory,
            knowledge,
            RedisRemains(memory.redis),
            BotMessages(slack.api, slack.identity, StampSigner(config.secrets)),
            config.lease,
        )


@asynccontextmanager
async def open_classroom(config: Config) -> AsyncIterator[tuple[str, ExpertDocuments]]:
    """Open what the commands about documents need; yields the workspace's id with it."""
    async with (
        open_storage(config) as memory,
        open_slack(config, memory) as slack,
        open_knowledge(config) as knowledge,
    ):
        teaching = ExpertDocuments(panel_editor(config, memory, slack), knowledge)
        yield slack.identity.team_id, teaching


@asynccontextmanager
async def open_panels(config: Config) -> AsyncIterator[tuple[PanelStore, str, str]]:
    """Open the panels as they count, with the workspace's id and the file they are kept in."""
    async with open_storage(config) as memory, open_slack(config, memory) as slack:
        panels, kept_in = panels_of(config, memory)
        yield panels, slack.identity.team_id, kept_in
