"""What the commands of the command line work with, opened for as long as they need it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.adapters.redis.remains import RedisRemains
from bot.adapters.redis.thread_store import RedisThreadStore
from bot.adapters.slack.identity import Identity
from bot.adapters.slack.metadata import StampSigner
from bot.adapters.slack.traces import SlackTraces
from bot.adapters.slack.transcript import SlackTranscript
from bot.app import panel_editor, panels_of
from bot.config import Config
from bot.memory_side import Memory, open_memory
from bot.model_side import open_knowledge, open_model
from bot.panel.knowledge import KnowledgeBase
from bot.panel.link_book import LinkRecovery
from bot.panel.ports import LanguageModel
from bot.panel.stores import PanelStore
from bot.panel.teaching import Teaching
from bot.slack_side import Slack, open_slack


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
        open_memory(config) as memory,
        open_slack(config, memory) as slack,
        open_model(config, memory.conversations) as model,
    ):
        yield _desk(memory, slack, model)


def _desk(memory: Memory, slack: Slack, model: LanguageModel) -> Desk:
    recovery = LinkRecovery(memory.threads, model, slack.transcript)
    return Desk(slack.identity, memory.threads, model, slack.transcript, recovery)


@dataclass(frozen=True, slots=True)
class Records:
    """All that is kept anywhere: what the commands work with that tidy it up."""

    desk: Desk
    memory: Memory
    knowledge: KnowledgeBase
    remains: RedisRemains
    traces: SlackTraces
    lease: float


@asynccontextmanager
async def open_records(config: Config) -> AsyncIterator[Records]:
    """Open all that is kept."""
    async with (
        open_memory(config) as memory,
        open_slack(config, memory) as slack,
        open_model(config, memory.conversations) as model,
        open_knowledge(config) as knowledge,
    ):
        yield Records(
            _desk(memory, slack, model),
            memory,
            knowledge,
            RedisRemains(memory.redis),
            SlackTraces(slack.api, slack.identity, StampSigner(config.secrets)),
            config.lease,
        )


@asynccontextmanager
async def open_classroom(config: Config) -> AsyncIterator[tuple[str, Teaching]]:
    """Open what the commands about documents need; yields the workspace's id with it."""
    async with (
        open_memory(config) as memory,
        open_slack(config, memory) as slack,
        open_knowledge(config) as knowledge,
    ):
        teaching = Teaching(panel_editor(config, memory, slack), knowledge)
        yield slack.identity.team_id, teaching


@asynccontextmanager
async def open_panels(config: Config) -> AsyncIterator[tuple[PanelStore, str, str]]:
    """Open the panels as they count, with the workspace's id and the file they are kept in."""
    async with open_memory(config) as memory, open_slack(config, memory) as slack:
        panels, kept_in = panels_of(config, memory)
        yield panels, slack.identity.team_id, kept_in
