"""Alerts and the dashboard, before Prometheus itself, which scrapes the bot."""

import asyncio
import json
import re
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from subprocess import run
from typing import Any

import pytest
import yaml
from aiohttp import ClientError, ClientSession

from docsgen.metrics import declared
from tests.deploy.conftest import found
from tests.end_to_end.conftest import MENTION, World, free_port, imported_bot, world
from tests.end_to_end.test_metrics import Scraper, scraper
from tests.end_to_end.test_signals import told

__all__ = ["imported_bot", "scraper", "world"]

_NAME = re.compile(r"\b(?:panelbot|gen_ai|process|python)_\w+(?![\w=!]|\s*=)")
_LABELS = re.compile(r"(?:by|on|group_left) \([^)]*\)|\{[^}]*\}")
# What has not happened in the scraped bot; all else has to be there.
_RARE = (
    *("_refused", "_refusals", "_feedback", "_cache_read", "_replac", "_retries", "_errors"),
    *("_unreadable", "_function_"),
    "panelbot_workspace_threads",  # where many workspaces install the app: see test_metrics.py
)


def test_alerts_are_as_promtool_wants_them(deploy, tool):
    tool("promtool")("check", "rules", deploy / "prometheus" / "alerts.yaml")
    tool("promtool")("check", "config", deploy / "prometheus" / "prometheus.yaml")


def test_alerts_are_raised_when_they_should_be(deploy, tool):
    tool("promtool")("test", "rules", deploy / "prometheus" / "alerts_test.yaml")


def test_each_alert_is_raised_in_a_test_and_kept_quiet_in_another(deploy):
    raised = {one["alert"] for one in rules(deploy)}
    tests = yaml.safe_load((deploy / "prometheus" / "alerts_test.yaml").read_text())["tests"]
    tried = [alert for test in tests for alert in test["alert_rule_test"]]

    assert {one["alertname"] for one in tried if one.get("exp_alerts")} == raised
    assert {one["alertname"] for one in tried if not one.get("exp_alerts")} == raised


def test_queries_name_only_what_is_exported(deploy):
    everything = [*declared(shared=False), *declared(shared=True)]
    families = [family for metric in everything for family in metric.describe()]
    exported = {"process_cpu_seconds_total", "process_resident_memory_bytes"}
    for family in families:
        suffixes = {"counter": ["_total"], "histogram": ["_bucket", "_sum", "_count"]}
        exported |= {family.name + suffix for suffix in suffixes.get(family.type, [""])}
    named = {name for query in queries(deploy) for name in _NAME.findall(_LABELS.sub("", query))}

    assert named <= exported
    # The dashboard shows all that we count: what nobody looks at need not be counted.
    shown = {re.sub("_(bucket|sum|count)$", "", name) for name in named}
    assert {one.removesuffix("_total") for one in shown} >= {family.name for family in families}


@pytest.fixture
async def prometheus(scraper: Scraper, deploy: Path, tmp_path: Path) -> AsyncIterator["Prometheus"]:
    """A Prometheus that scrapes with our configuration, but more often, and its own port."""
    program = found("prometheus")
    config = yaml.safe_load((deploy / "prometheus" / "prometheus.yaml").read_text())
    config["global"] = {"scrape_interval": "200ms", "evaluation_interval": "200ms"}
    config["rule_files"] = [str(deploy / "prometheus" / "alerts.yaml")]
    (scraping,) = config["scrape_configs"]
    (targets,) = scraping["static_configs"]
    targets["targets"] = [f"127.0.0.1:{scraper.port}"]
    (tmp_path / "prometheus.yaml").write_text(yaml.safe_dump(config))
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        program,
        f"--config.file={tmp_path / 'prometheus.yaml'}",
        f"--storage.tsdb.path={tmp_path / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--enable-feature=exemplar-storage",
        stdout=DEVNULL,
        stderr=DEVNULL,
    )
    try:
        async with ClientSession(f"http://127.0.0.1:{port}") as session:
            yield Prometheus(session)
    finally:
        process.kill()
        await process.wait()


class Prometheus:
    def __init__(self, session: ClientSession) -> None:
        self._session = session

    async def query(self, query: str) -> list[Any]:
        """Return the answer to a query; fails if Prometheus does not understand it."""
        async with self._session.get("/api/v1/query", params={"query": query}) as answer:
            told = await answer.json()
            assert told["status"] == "success", told
            return list(told["data"]["result"])

    async def until(self, query: str) -> None:
        """Return when the query has an answer."""
        async with asyncio.timeout(30):
            while True:
                try:
                    if await self.query(query):
                        return
                except ClientError:  # it still starts
                    pass
                await asyncio.sleep(0.1)


async def test_prometheus_understands_what_the_bot_tells_and_what_the_dashboard_asks(
    world: World, scraper: Scraper, prometheus: Prometheus, deploy: Path
):
    world.environ["PANELBOT_BUDGETS"] = "workspace 1M tokens/month"
    async with world.command("run") as process:
        await told(process, " run.ready ")
        await prometheus.until("panelbot_info")
        world.say(f"{MENTION} may legal and finance look at this?")
        await world.idle()
        await prometheus.until("sum(increase(panelbot_turn_seconds_count[5s])) > 0")
        await prometheus.until("panelbot_cost_dollars_total offset 1s")
        _, _, page = await scraper.page()
        lint = run(  # noqa: S603, ASYNC221 - ours, and short
            [found("promtool"), "check", "metrics"],
            input=page,
            capture_output=True,
            text=True,
            check=False,
        )
        answers = {query: await prometheus.query(query) for query in queries(deploy)}

    assert _complaints(lint.stdout + lint.stderr) == []
    absent = [query for query, answer in answers.items() if not answer]
    assert [query for query in absent if ">" not in query and not rare(query)] == []
    assert await prometheus.query("ALERTS") == []


def rules(deploy: Path) -> list[dict[str, Any]]:
    (group,) = yaml.safe_load((deploy / "prometheus" / "alerts.yaml").read_text())["groups"]
    return list(group["rules"])


def queries(deploy: Path) -> Iterator[str]:
    """Yield what the dashboard and the alerts ask."""
    dashboard = json.loads((deploy / "grafana" / "panelbot.json").read_text())
    for panel in dashboard["panels"]:
        for target in panel.get("targets", ()):
            yield target["expr"].replace("$__rate_interval", "5s")
    yield from (rule["expr"] for rule in rules(deploy))


def rare(query: str) -> bool:
    """Whether the query is about something that has not happened."""
    return query.startswith("absent(") or any(word in query for word in _RARE)


def _complaints(lint: str) -> list[str]:
    """Return what promtool says against our names; those of process_ and python_ are not ours."""
    return [line for line in lint.splitlines() if line.startswith(("panelbot", "gen_ai"))]
