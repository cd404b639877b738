"""What the commands of the command line work with, opened for as long as they need it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.adapters.redis.thread_store import RedisThreadStore
from bot.adapters.slack.identity import Identity
from bot.adapters.slack.transcript import SlackTranscript
from bot.app import open_memory, open_slack, panel_editor
from bot.config import Config
from bot.model_side import open_knowledge, open_model
from bot.panel.link_book import LinkRecovery
from bot.panel.ports import LanguageModel
from bot.panel.teaching import Teaching


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
        recovery = LinkRecovery(memory.threads, model, slack.transcript)
        yield Desk(slack.identity, memory.threads, model, slack.transcript, recovery)


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
