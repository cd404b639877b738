"""What Prometheus reads of every process, over real HTTP, and what must not be in it."""

import asyncio
import sys
from collections.abc import Mapping
from urllib.parse import urlsplit

import pytest
from aiohttp import ClientSession
from prometheus_client import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as plain

from bot.adapters.redis.queue.turn_queue import RedisTurnQueue
from bot.adapters.redis.shards import Shards
from bot.assembly import storage
from bot.assembly.parts import Readiness
from bot.assembly.watching.metrics import Metering, open_metrics
from bot.panel.model import Expert, ExpertName, Message, MessageTs, ThreadRef, UserId
from bot.panel.roster.roster import ChannelScope
from bot.playground.slack.workspace.company import ADA, GENERAL
from tests.end_to_end.conftest import MENTION, World, free_port
from tests.end_to_end.test_signals import told

OPENMETRICS = "application/openmetrics-text;version=1.0.0"
GEN_AI = {"gen_ai_operation_name": "chat", "gen_ai_provider_name": "openai"}


class Scraper:
    """Reads metrics as Prometheus does."""

    def __init__(self, world: World) -> None:
        self.port = free_port()
        world.environ |= {"PANELBOT_HEALTH_PORT": str(self.port), "PANELBOT_METRICS": "on"}

    async def page(self, accept: str = "", port: int = 0) -> tuple[int, str, str]:
        """Return the status, the type and the text of the page."""
        url = f"http://127.0.0.1:{port or self.port}/metrics"
        async with ClientSession() as session, session.get(url, headers={"Accept": accept}) as got:
            return got.status, got.headers["Content-Type"], await got.text()

    async def metrics(self) -> "Scraped":
        status, _, text = await self.page()
        assert status == 200
        return Scraped({family.name: family for family in plain(text)})


class Scraped:
    def __init__(self, families: Mapping[str, Metric]) -> None:
        self.families = families

    def value(self, name: str, **labels: str) -> float:
        """The sum of the samples of that name that have these labels."""
        samples = (one for family in self.families.values() for one in family.samples)
        return sum(
            one.value
            for one in samples
            if one.name == name and labels.items() <= one.labels.items()
        )


@pytest.fixture
def scraper(world: World) -> Scraper:
    return Scraper(world)


async def test_a_turn_is_counted_from_its_arrival_to_its_replies(world, scraper):
    world.environ["PANELBOT_BUDGETS"] = "workspace 1M tokens/month, channel 1M tokens/day"
    async with world.command("run") as process:
        await told(process, " run.ready ")
        world.say(f"{MENTION} may legal and finance look at this?")
        await world.idle()
        seen = await scraper.metrics()

    one = {
        "panelbot_messages_total": {"outcome": "queued"},
        "panelbot_turn_seconds_count": {"outcome": "answered"},
        "panelbot_turn_wait_seconds_count": {},
        "panelbot_first_reply_seconds_count": {},
        "panelbot_consultations_total": {"expert": "legal", "result": "answered"},
        "panelbot_consultation_seconds_count": {"expert": "finance"},
        "panelbot_info": {"role": "run", "workspace": ""},
    }
    for name, labels in one.items():
        assert seen.value(name, **labels) == 1, name
    assert seen.value("panelbot_acknowledgement_seconds_count", status="200") >= 1
    assert seen.value("gen_ai_client_inference_duration_seconds_count", **GEN_AI) == 4
    assert seen.value("gen_ai_client_inference_time_to_first_chunk_seconds_count") == 4
    assert seen.value("gen_ai_client_inference_usage_output_tokens_total") > 4
    for expert in ("router", "legal", "finance"):
        assert seen.value("panelbot_cost_dollars_total", expert=expert) > 0
    posts = {"method": "chat.postMessage", "outcome": "ok"}
    assert seen.value("panelbot_slack_calls_total", **posts) >= 3
    assert seen.value("panelbot_redis_trip_seconds_count") > 10
    assert seen.value("panelbot_turns_running") == 0
    assert seen.value("panelbot_queue_threads", state="waiting") == 0
    assert "panelbot_dead_letters" in seen.families
    assert 0 < seen.value("panelbot_budget_used_ratio", budget="workspace 1000000 tokens/month") < 1
    assert len(seen.families["panelbot_budget_used_ratio"].samples) == 1
    assert seen.value("panelbot_approvals_open") == 0


@pytest.mark.parametrize("named", ["on", "workspace"])
async def test_the_busiest_workspaces_are_seen_and_few_have_series_of_their_own(
    world, scraper, named
):
    config = world.config()
    async with storage.open_storage(config) as memory:
        shared = RedisTurnQueue(memory.redis, Shards(), workspace_room=1)
        for number in range(8):
            for ts in range(9 - number):
                said = Message(MessageTs(f"{ts}.0"), UserId("U1"), "Hi")
                await shared.put(ThreadRef(f"T{number}", "C1", f"{ts}.0"), said)
    world.environ["PANELBOT_METRICS"] = named
    async with world.command("web") as process:
        await told(process, " web.ready ")
        seen = await scraper.metrics()

    names = ["T0", "T1"] if named == "workspace" else ["busiest 1", "busiest 2"]
    waiting = [
        seen.value("panelbot_workspace_threads", workspace=name, state="waiting")
        for name in (*names, "others")
    ]
    assert waiting == [9, 8, 4 + 3 + 2]
    assert len(seen.families["panelbot_workspace_threads"].samples) == 6 * 2


@pytest.mark.parametrize("command", ["web", "worker"])
async def test_web_and_worker_tell_alike(world, scraper, command):
    world.environ["PANELBOT_METRICS"] = "workspace"
    async with world.command(command) as process:
        await told(process, f" {command}.ready ")
        seen = await scraper.metrics()

    workspace = urlsplit(world.slack.url).netloc
    assert seen.value("panelbot_info", role=command, workspace=workspace) == 1
    assert seen.value("panelbot_turn_places") == (300 if command == "worker" else 0)


async def test_the_public_port_does_not_tell(world, scraper):
    del world.environ["SLACK_APP_TOKEN"]
    async with world.command("web") as process:
        await told(process, " web.ready ")

        status, _, _ = await scraper.page(port=int(world.environ["PORT"]))
        assert status == 404
        assert (await scraper.page())[0] == 200


async def test_nobody_tells_unless_asked_to(world, scraper):
    del world.environ["PANELBOT_METRICS"]
    async with world.command("worker") as process:
        await told(process, " worker.ready ")

        assert (await scraper.page())[0] == 404


async def test_who_has_no_port_for_metrics_is_told(world, scraper):
    del world.environ["PANELBOT_HEALTH_PORT"]
    async with world.command("worker") as process:
        assert "PANELBOT_HEALTH_PORT" in await told(process, " metrics.off ")


async def test_both_formats_can_be_read(world, scraper):
    async with world.command("worker") as process:
        await told(process, " worker.ready ")
        _, type_, text = await scraper.page(OPENMETRICS)

    assert type_.startswith("application/openmetrics-text")
    names = {family.name for family in openmetrics(text)}
    assert names >= {"panelbot_turn_seconds", "panelbot_slack_calls", "panelbot_dead_letters"}


async def test_without_redis_what_is_global_is_left_out(world, scraper):
    async with world.command("worker") as process:
        await told(process, " worker.ready ")
        await world.redis.execute_command("CLIENT", "PAUSE", 4000, "ALL")
        async with asyncio.timeout(3.5):
            seen = await scraper.metrics()

    assert not {name for name in seen.families if "queue" in name or "dead" in name}
    assert "panelbot_turn_seconds" in seen.families


async def test_labels_name_no_people_places_or_experts_of_their_own(world, scraper):
    fish = Expert(ExpertName("zebrafisch"), "Zebrafisch", ":fish:", "Fish.", "Swim.", "own-model")
    async with storage.open_storage(world.config()) as memory:
        await memory.panels.add(ChannelScope(world.slack.workspace.team_id, GENERAL), fish)
    async with world.command("run") as process:
        await told(process, " run.ready ")
        ts = world.say(f"{MENTION} zebrafisch, where does the Schnabeltier live?")
        await world.idle()
        _, _, text = await scraper.page()

    assert 'panelbot_consultations_total{expert="other",result="model"} 1.0' in text
    assert 'panelbot_model_retries_total{model="other"} 1.0' in text
    for secret in (ADA, GENERAL, ts, "zebrafisch", "schnabeltier", "own-model"):
        assert secret.casefold() not in text.casefold()


async def test_a_figure_leads_to_a_trace_of_it(world, scraper):
    world.environ["OTEL_EXPORTER_OTLP_ENDPOINT"] = f"http://127.0.0.1:{free_port()}"  # nobody
    async with world.command("run") as process:
        await told(process, " run.ready ")
        world.say(f"{MENTION} may legal look at this?")
        await world.idle()
        _, _, text = await scraper.page(OPENMETRICS)

    families = {family.name: family for family in openmetrics(text)}
    traces = {
        name: {one.exemplar.labels["trace_id"] for one in families[name].samples if one.exemplar}
        for name in (
            "panelbot_turn_seconds",
            "panelbot_first_reply_seconds",
            "panelbot_consultation_seconds",
            "gen_ai_client_inference_duration_seconds",
            "panelbot_slack_call_seconds",
        )
    }
    assert len(set.union(*traces.values())) == 1
    assert all(traces.values()), traces


async def test_without_its_package_the_bot_goes_on(world, scraper, monkeypatch, caplog):
    monkeypatch.setitem(sys.modules, "prometheus_client", None)  # as where it is not installed
    async with open_metrics(world.config(), "worker", Readiness(1)) as metering:
        assert metering == Metering()

    assert [one.remedy for one in caplog.records] == ["pip install 'panelbot[metrics]'"]
