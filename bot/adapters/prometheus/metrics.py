"""All metrics; ``python -m docsgen`` writes ``docs/reference/metrics.md`` from them.

1. A label has few values, which are ours: no people, channels, threads, turns or conversations.
   Experts that are not in the library, and models that are not in the price table, are ``other``.
2. A metric that was released keeps its name, its labels and its unit: dashboards and alerts of
   others name it. Names that begin with ``gen_ai_`` are those of OpenTelemetry's conventions for
   generative AI v0.1.0, as Prometheus spells them.
"""

from functools import partial

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
)

# When each series began: as many again, and nobody asks.
disable_created_metrics()  # type: ignore[no-untyped-call]
REGISTRY, SHARED = CollectorRegistry(), CollectorRegistry()
for _kind in (ProcessCollector, PlatformCollector, GCCollector):
    _kind(registry=REGISTRY)

_counter = partial(Counter, registry=REGISTRY)
_gauge = partial(Gauge, registry=REGISTRY)


def _seconds(name: str, buckets: tuple[float, ...], about: str, labels: str = "") -> Histogram:
    about = f"Seconds {about}"
    return Histogram(f"{name}_seconds", about, labels.split(), buckets=buckets, registry=REGISTRY)


def _doubling(first: float, count: int) -> tuple[float, ...]:
    return tuple(round(first * 2**n, 6) for n in range(count))


_SHORT = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5)  # Slack waits three seconds
_CALL = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15)
_TRIP = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.25, 1, 5)
_WAIT = (0.1, 0.5, 1, 2, 5, 10, 30, 60, 300, 1800, 3600)
_MODEL = _doubling(0.01, 16)  # to 327.68: an expert may take 180
_AGENT = _doubling(0.1, 13)
_WORKFLOW = (1, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200)

INFO = _gauge("panelbot_info", "Always 1; tells of the process", ["version", "role", "workspace"])

# Receiving
ACKNOWLEDGEMENT = _seconds(
    "panelbot_acknowledgement", _SHORT, "until a payload of Slack's is acknowledged", "status"
)
REQUESTS_REFUSED = _counter(
    "panelbot_requests_refused", "Requests over HTTP that Slack has not signed, or not just now"
)
MESSAGES = _counter(
    "panelbot_messages", "Messages for the queue, by outcome: queued, or known already", ["outcome"]
)

# Turns
TURN = _seconds("panelbot_turn", _WORKFLOW, "that a worker had a turn, by attempt", "outcome")
TURN_WAIT = _seconds(
    "panelbot_turn_wait", _WAIT, "from a turn's first message until a worker first has it"
)
FIRST_REPLY = _seconds(
    "panelbot_first_reply", _WORKFLOW, "from a turn's first message until a first reply is shown"
)
TURNS_RUNNING = _gauge("panelbot_turns_running", "Turns that this process answers")
TURN_PLACES = _gauge("panelbot_turn_places", "Turns that this process answers at most")
RESUMED = _counter("panelbot_turns_resumed", "Turns that were taken after an earlier attempt")
RENEWALS_FAILED = _counter("panelbot_lease_renewals_failed", "Renewals of leases that failed")
UNREADABLE = _counter(
    "panelbot_unreadable", "Times that this process could not read what others wrote", ["what"]
)

# Experts
CONSULTATIONS = _counter(
    "panelbot_consultations",
    "Consultations, by result: answered, approval_asked, or why they failed",
    ["expert", "result"],
)
CONSULTATION = _seconds("panelbot_consultation", _AGENT, "that an expert was asked", "expert")
LEFT_OUT = _counter(
    "panelbot_experts_left_out", "Calls of experts that a turn had no consultations left for"
)
FUNCTION = _seconds(
    "panelbot_function", _AGENT, "that an expert took which is a function", "outcome"
)

# Models
_GEN_AI = "gen_ai_operation_name gen_ai_provider_name gen_ai_request_model"
_TOKENS = "gen_ai_client_inference_usage_"

MODEL_CALL = _seconds(
    "gen_ai_client_inference_duration",
    _MODEL,
    "of a model call, with its retries; error_type is empty if it succeeded",
    f"{_GEN_AI} error_type",
)
FIRST_CHUNK = _seconds(
    "gen_ai_client_inference_time_to_first_chunk",
    _MODEL,
    "until a model writes its first word or calls its first tool",
    _GEN_AI,
)
INPUT, OUTPUT, CACHE_READ, CACHE_WRITE = (
    _counter(f"{_TOKENS}{name}_tokens", about, _GEN_AI.split())
    for name, about in (
        ("input", "Tokens that models read, whether cached or not"),
        ("output", "Tokens that models wrote"),
        ("cache_read_input", "Tokens that models read from a cache"),
        ("cache_write_input", "Tokens that models wrote to a cache"),
    )
)
COST = _counter(
    "panelbot_cost_dollars", "Cost by the table of prices, also of the router", ["model", "expert"]
)
UNPRICED = _counter("panelbot_model_calls_unpriced", "Model calls that the table does not price")
MODEL_RETRIES = _counter("panelbot_model_retries", "Failed requests in model calls", ["model"])
MODEL_REPLACED = _counter("panelbot_model_replacements", "Times another took its place", ["model"])
OVER_BUDGET = _counter(
    "panelbot_budget_refusals", "Requests that a budget had no money for", ["level"]
)
FEEDBACK = _counter("panelbot_feedback", "Thumbs up and down: good, bad", ["opinion"])
CONVERSATIONS_GONE = _counter(
    "panelbot_conversations_replaced", "Conversations that were gone, and begun anew from Slack"
)

# Slack, Redis, the process
SLACK_CALLS = _counter(
    "panelbot_slack_calls", "Calls of Slack's Web API: rate_limited is a 429", ["method", "outcome"]
)
SLACK_CALL = _seconds("panelbot_slack_call", _CALL, "of a call of Slack's Web API", "method")
SLACK_WAIT = _seconds("panelbot_slack_wait", _WAIT, "that a call waited for Slack's rate limits")
REDIS_TRIP = _seconds("panelbot_redis_trip", _TRIP, "of a round trip to Redis")
REDIS_ERRORS = _counter("panelbot_redis_errors", "Errors of Redis, by its code", ["code"])
LOOP_DELAY = _seconds("panelbot_event_loop_delay", _SHORT, "that the event loop was late")


# What is the same whichever process tells it: read at each scrape, and left out if that fails
QUEUE = Gauge(
    "panelbot_queue_threads",
    "Threads that wait for a worker, are answered, or wait for another try",
    ["state"],
    registry=SHARED,
)
WORKSPACES = Gauge(
    "panelbot_workspace_threads",
    "The same of the busiest workspaces, where several share the turns, and of all others: "
    "threads that wait, and turns in progress",
    ["workspace", "state"],
    registry=SHARED,
)
OLDEST = Gauge(
    "panelbot_queue_oldest_seconds",
    "Age of the oldest message that a worker could take now, of the next 100 threads",
    registry=SHARED,
)
DEAD_LETTERS = Gauge(
    "panelbot_dead_letters", "Turns that were given up and wait for a person", registry=SHARED
)
OUTBOX = Gauge(
    "panelbot_outbox_states", "Last states of messages that Slack has yet to get", registry=SHARED
)
APPROVALS = Gauge(
    "panelbot_approvals_open", "Calls of tools that wait for a person's decision", registry=SHARED
)
BUDGETS = Gauge(
    "panelbot_budget_used_ratio",
    "Share that is spent, or held for requests under way, of each budget in the settings for the "
    "deployment or the workspace",
    ["budget"],
    registry=SHARED,
)
