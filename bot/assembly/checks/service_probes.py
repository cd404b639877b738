"""The probes of the model server and, if wanted, of Slack, opened for one run of all checks."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from bot.adapters.openai.checks import probes as openai_probes
from bot.adapters.openai.checks.probe_bench import ProbeBench
from bot.adapters.slack.app import probes as slack_probes
from bot.adapters.slack.app.probes import SlackProbeBench
from bot.addresses import without_password
from bot.assembly.models.model_server import client_of
from bot.assembly.slack import open_slack
from bot.assembly.storage import open_storage
from bot.panel.checks.probes import Check
from bot.settings.config import Config


class ServiceProbes:
    """Checks of one or several services, and the clean-up after them."""

    def __init__(self) -> None:
        self.services: list[str] = []  # which services are asked, in words
        self.checks: list[Check] = []
        self._clean_ups: list[Callable[[], Awaitable[Sequence[str]]]] = []

    def add(
        self,
        service: str,
        checks: Sequence[Check],
        clean_up: Callable[[], Awaitable[Sequence[str]]],
    ) -> None:
        """Add the checks of *service*; *clean_up* returns what could not be deleted."""
        self.services.append(service)
        self.checks += checks
        self._clean_ups.append(clean_up)

    async def clean_up(self) -> list[str]:
        return [left for clean_up in self._clean_ups for left in await clean_up()]


@dataclass(frozen=True, slots=True)
class SlackProbeOptions:
    """Where in Slack to probe, and for how long."""

    channel_id: str
    reader: str  # who watches messages that grow; empty: who wrote last in the channel
    stream_for: float  # seconds


@asynccontextmanager
async def open_probes(
    config: Config, slack: SlackProbeOptions | None
) -> AsyncIterator[ServiceProbes]:
    """Open the probes of the model server, and those of Slack if *slack* says where."""
    probes = ServiceProbes()
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(client_of(config))
        bench = ProbeBench(client, config.router_model)
        server = without_password(config.openai_base_url)
        name = f"the model's side at {server}, with {config.router_model}"
        probes.add(name, openai_probes.checks(bench), bench.tidy)
        if slack:
            slack_bench, url = await _slack_bench(stack, config, slack)
            name = f"Slack at {url}, in the channel {slack.channel_id}"
            checks = slack_probes.checks(slack_bench, stream_for=slack.stream_for)
            probes.add(name, checks, slack_bench.tidy)
        yield probes


async def _slack_bench(
    stack: AsyncExitStack, config: Config, options: SlackProbeOptions
) -> tuple[SlackProbeBench, str]:
    storage = await stack.enter_async_context(open_storage(config))  # for the shared rate limiter
    slack = await stack.enter_async_context(open_slack(config, storage))
    bench = SlackProbeBench(slack.api, slack.identity, options.channel_id, reader=options.reader)
    return bench, slack.identity.url
