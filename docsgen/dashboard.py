"""The dashboard for Grafana: what it shows is listed here, where it stands is reckoned."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

_WIDTH, _HEIGHT, _A_ROW = 8, 8, 3
_SOURCE = {"type": "prometheus", "uid": "${source}"}


@dataclass(frozen=True, slots=True)
class Panel:
    """A picture of some queries over time; each with the name of its lines."""

    title: str
    unit: str
    queries: Sequence[tuple[str, str]]


def _quantiles(metric: str, by: str = "") -> Sequence[tuple[str, str]]:
    """Return the median and the slowest twentieth of a histogram; *by* a label, only the latter."""
    labels = f"{by}, le" if by else "le"
    rate = f"sum by ({labels}) (rate({metric}_bucket[$__rate_interval]))"
    slow = f"histogram_quantile(0.95, {rate})"
    if by:
        return [(slow, f"{{{{{by}}}}}")]
    return [(f"histogram_quantile(0.5, {rate})", "half"), (slow, "95 %")]


def _rates(metric: str, by: str, name: str = "") -> tuple[str, str]:
    """Return how fast a counter grows, by those labels; without a *name*, lines have theirs."""
    names = " ".join(f"{{{{{label}}}}}" for label in by.split(", "))
    return f"sum by ({by}) (rate({metric}[$__rate_interval]))", name or names


def _rate(metric: str, name: str) -> tuple[str, str]:
    return f"sum(rate({metric}[$__rate_interval]))", name


_MODEL, _INFERENCE = "gen_ai_request_model", "gen_ai_client_inference"
_CALL, _CHUNK = f"{_INFERENCE}_duration_seconds", f"{_INFERENCE}_time_to_first_chunk_seconds"
_TOKENS = ("input", "output", "cache_read_input", "cache_write_input")
_COST, _BY = _rates("panelbot_cost_dollars_total", "model, expert")

_PEOPLE = (
    Panel("Until a first reply", "s", _quantiles("panelbot_first_reply_seconds")),
    Panel("Thumbs", "ops", [_rates("panelbot_feedback_total", "opinion")]),
    Panel(
        "Messages, and what became of turns",
        "ops",
        [
            _rates("panelbot_messages_total", "outcome", "message: {{outcome}}"),
            _rates("panelbot_turn_seconds_count", "outcome"),
        ],
    ),
    Panel("Until an acknowledgement", "s", _quantiles("panelbot_acknowledgement_seconds")),
)
_QUEUE = (
    Panel("Age of the oldest question", "s", [("max(panelbot_queue_oldest_seconds)", "oldest")]),
    Panel(
        "Threads",
        "short",
        [
            ("max by (state) (panelbot_queue_threads)", "{{state}}"),
            ("max(panelbot_dead_letters)", "given up"),
        ],
    ),
    Panel(
        "Threads by workspace",
        "short",
        [("max by (workspace, state) (panelbot_workspace_threads)", "{{workspace}} {{state}}")],
    ),
    Panel(
        "Places of workers",
        "short",
        [("sum(panelbot_turns_running)", "taken"), ("sum(panelbot_turn_places)", "all")],
    ),
    Panel("Wait for a worker", "s", _quantiles("panelbot_turn_wait_seconds")),
    Panel(
        "Further attempts",
        "ops",
        [
            _rate("panelbot_turns_resumed_total", "taken again"),
            _rate("panelbot_lease_renewals_failed_total", "lease not renewed"),
        ],
    ),
    Panel("Last states that Slack lacks", "short", [("max(panelbot_outbox_states)", "waiting")]),
    Panel("Decisions of people", "short", [("max(panelbot_approvals_open)", "waiting")]),
)
_MODELS = (
    Panel(
        "Consultations",
        "ops",
        [
            _rates("panelbot_consultations_total", "expert, result"),
            _rate("panelbot_experts_left_out_total", "left out"),
            _rates("panelbot_budget_refusals_total", "level", "budget: {{level}}"),
        ],
    ),
    Panel("Time of an expert", "s", _quantiles("panelbot_consultation_seconds", "expert")),
    Panel(
        "Budgets",
        "percentunit",
        [("max by (budget) (panelbot_budget_used_ratio)", "{{budget}}")],
    ),
    Panel("Cost an hour", "currencyUSD", [(f"3600 * {_COST}", _BY)]),
    Panel("Model calls", "ops", [_rates(f"{_CALL}_count", f"{_MODEL}, error_type")]),
    Panel("Time of a model call", "s", _quantiles(_CALL, _MODEL)),
    Panel("Until a first word", "s", _quantiles(_CHUNK, _MODEL)),
    Panel(
        "Tokens",
        "short",
        [_rate(f"{_INFERENCE}_usage_{kind}_tokens_total", kind) for kind in _TOKENS],
    ),
    Panel(
        "Retries, replacements",
        "ops",
        [
            _rates("panelbot_model_retries_total", "model"),
            _rates("panelbot_model_replacements_total", "model", "{{model}} replaced"),
            _rate("panelbot_conversations_replaced_total", "conversations"),
            _rate("panelbot_model_calls_unpriced_total", "without a price"),
        ],
    ),
    Panel("Functions", "s", _quantiles("panelbot_function_seconds", "outcome")),
)
_REST = (
    Panel("Calls of Slack", "ops", [_rates("panelbot_slack_calls_total", "method, outcome")]),
    Panel("Time of a call of Slack", "s", _quantiles("panelbot_slack_call_seconds", "method")),
    Panel("Wait for Slack's rate limits", "s", _quantiles("panelbot_slack_wait_seconds")),
    Panel("Round trip to Redis", "s", _quantiles("panelbot_redis_trip_seconds")),
    Panel(
        "Errors of Redis, what cannot be read",
        "ops",
        [
            _rates("panelbot_redis_errors_total", "code"),
            _rates("panelbot_unreadable_total", "what"),
        ],
    ),
    Panel("Not from Slack", "ops", [_rate("panelbot_requests_refused_total", "refused")]),
    Panel("Processor", "percentunit", [_rates("process_cpu_seconds_total", "instance")]),
    Panel(
        "Memory",
        "bytes",
        [("process_resident_memory_bytes and on (instance, job) panelbot_info", "{{instance}}")],
    ),
    Panel("Event loop late", "s", _quantiles("panelbot_event_loop_delay_seconds", "instance")),
)
ROWS: Sequence[tuple[str, Sequence[Panel]]] = (
    ("People", _PEOPLE),
    ("The queue", _QUEUE),
    ("Experts and models; times are those of the slowest of twenty", _MODELS),
    ("Slack, Redis, processes", _REST),
)


def file() -> str:
    """Return ``deploy/grafana/panelbot.json``."""
    source = {"name": "source", "label": "Prometheus", "type": "datasource", "query": "prometheus"}
    dashboard = {
        "uid": "panelbot",
        "title": "Panelbot",
        "tags": ["panelbot"],
        "schemaVersion": 39,
        "editable": True,
        "refresh": "30s",
        "time": {"from": "now-3h", "to": "now"},
        "templating": {"list": [source]},
        "panels": list(_panels()),
    }
    return json.dumps(dashboard, indent=1) + "\n"


def _panels() -> Iterator[dict[str, Any]]:
    y = id_ = 0
    for title, panels in ROWS:
        id_ += 1
        place = {"x": 0, "y": y, "w": _WIDTH * _A_ROW, "h": 1}
        yield {
            "id": id_,
            "type": "row",
            "title": title,
            "collapsed": False,
            "gridPos": place,
            "panels": [],
        }
        for index, panel in enumerate(panels):
            id_ += 1
            row, column = divmod(index, _A_ROW)
            place = {"x": column * _WIDTH, "y": y + 1 + row * _HEIGHT, "w": _WIDTH, "h": _HEIGHT}
            yield _picture(panel, id_, place)
        y += 1 + -(-len(panels) // _A_ROW) * _HEIGHT


def _picture(panel: Panel, id_: int, place: dict[str, int]) -> dict[str, Any]:
    return {
        "id": id_,
        "type": "timeseries",
        "title": panel.title,
        "datasource": _SOURCE,
        "gridPos": place,
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
        "targets": [
            {"refId": chr(ord("A") + n), "datasource": _SOURCE, "expr": query, "legendFormat": name}
            for n, (query, name) in enumerate(panel.queries)
        ],
    }
