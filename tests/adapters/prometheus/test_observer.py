"""What is counted, and under which of few labels."""

import logging
from collections.abc import Iterator, Mapping
from decimal import Decimal

import pytest

from bot.adapters.prometheus.metrics import REGISTRY
from bot.adapters.prometheus.observer import MOST_NOTED, MetricsObserver
from bot.panel import observing
from bot.panel.language_model.exchange import Prompt, Responded
from bot.panel.model import ConversationId, Effort, TurnId, UserId
from bot.panel.observing import Kind, Measure
from bot.panel.prices import Price, Prices
from bot.panel.reports.feedback import Feedback, Judged, Opinion
from bot.panel.usage import Extras, Usage

DOLLAR = Decimal(1)
PRICES = Prices("2026-11-30", {"gpt-6": Price(DOLLAR, DOLLAR, DOLLAR)})
JUDGED = Judged(TurnId("T1:C1:1.0"), "reply:1", None)
KNOWN: Mapping[Measure, Mapping[str, object]] = {
    Measure.OVER_BUDGET: {"level": "channel"},
    Measure.UNREADABLE: {"what": "turn"},
    Measure.MODEL_RETRIED: {"model": "gpt-6"},
    Measure.MODEL_REPLACED: {"model": "gpt-6"},
    Measure.FEEDBACK: {"feedback": Feedback(JUDGED, "1.0", UserId("U1"), Opinion.GOOD, 1, "gpt-6")},
    Measure.STORE_UNAVAILABLE: {"code": "OOM"},
}
MODEL = {"gen_ai_operation_name": "chat", "gen_ai_provider_name": "openai"}


class Counted:
    """What has been counted since: the metrics are those of the process."""

    def __init__(self) -> None:
        self._before = dict(self._samples())

    def since(self) -> dict[str, float]:
        return {
            f"{name} {' '.join(dict(labels).values())}".strip(): value - before
            for (name, labels), value in self._samples()
            if (value - (before := self._before.get((name, labels), 0))) and "bucket" not in name
        }

    def _samples(self) -> Iterator[tuple[tuple[str, tuple[tuple[str, str], ...]], float]]:
        for family in REGISTRY.collect():
            if family.name.startswith(("panelbot", "gen_ai")):
                for one in family.samples:
                    yield (one.name, tuple(one.labels.items())), one.value


@pytest.fixture
async def observer() -> MetricsObserver:
    observer = MetricsObserver(["legal"], PRICES, "openai")
    observing.bind([observer])
    return observer


@pytest.fixture
def counted(observer: MetricsObserver) -> Counted:
    return Counted()


@pytest.mark.parametrize("measure", Measure)
async def test_whatever_is_told_is_counted(observer, counted, measure, caplog):
    observing.count(measure, 3, **KNOWN.get(measure, {}))
    observer.count()

    assert caplog.messages == []
    seen = {Measure.FIRST_REPLY: {1, 3}, Measure.FEEDBACK: {1}}  # a count and a sum; a thumb
    assert {*counted.since().values()} == seen.get(measure, {3})


async def test_labels_are_ours_or_other(observer, counted):
    for code in ("OOM", "WHATEVER"):
        observing.count(Measure.STORE_UNAVAILABLE, code=code)
    for model in ("gpt-6", "gpt-6-2026-11-30", "gpt-6-secret"):
        observing.count(Measure.MODEL_RETRIED, model=model)
    observer.count()

    assert counted.since() == {
        "panelbot_redis_errors_total OOM": 1,
        "panelbot_redis_errors_total other": 1,
        "panelbot_model_retries_total gpt-6": 2,
        "panelbot_model_retries_total other": 1,
    }


async def test_a_model_call_counts_its_tokens_and_their_cost(observer, counted):
    usage = Usage(1_000_000, 200_000, 50_000, Extras(written=10_000))
    with observing.begin(Kind.MODEL_CALL, prompt=prompt("gpt-6")) as calling:
        calling.know(response=Responded("Yes.", usage))
    observer.count()

    seconds = counted.since()
    assert seconds.pop("gen_ai_client_inference_duration_seconds_sum chat openai gpt-6") > 0
    assert seconds == {
        "gen_ai_client_inference_duration_seconds_count chat openai gpt-6": 1,
        "gen_ai_client_inference_usage_input_tokens_total chat openai gpt-6": 1_000_000,
        "gen_ai_client_inference_usage_output_tokens_total chat openai gpt-6": 50_000,
        "gen_ai_client_inference_usage_cache_read_input_tokens_total chat openai gpt-6": 200_000,
        "gen_ai_client_inference_usage_cache_write_input_tokens_total chat openai gpt-6": 10_000,
        "panelbot_cost_dollars_total gpt-6 router": pytest.approx(1.0525),
    }


async def test_a_model_without_a_price_is_counted_and_an_answer_from_the_store_is_not(
    observer, counted
):
    for known in ({"response": Responded("Yes.", Usage(1, 0, 1))}, {"stored": True}):
        with observing.begin(Kind.MODEL_CALL, prompt=prompt("gpt-own")) as calling:
            calling.know(**known)
    observer.count()

    since = counted.since()
    assert since["panelbot_model_calls_unpriced_total"] == 1
    assert since["gen_ai_client_inference_duration_seconds_count chat openai other"] == 1


async def test_what_is_noted_is_not_held_for_long(observer, counted):
    for _ in range(MOST_NOTED - 1):
        observing.count(Measure.LEFT_OUT)
    assert counted.since() == {}
    observing.count(Measure.LEFT_OUT)
    assert counted.since() == {"panelbot_experts_left_out_total": MOST_NOTED}


async def test_what_cannot_be_counted_harms_nothing_else(observer, counted, caplog):
    observing.count(Measure.LEFT_OUT, unknown="label")
    observing.count(Measure.LEFT_OUT)
    observer.count()

    assert counted.since() == {"panelbot_experts_left_out_total": 1}
    assert [one.message for one in caplog.records if one.levelno == logging.ERROR] == [
        "metrics.not_counted"
    ]


def prompt(model: str) -> Prompt:
    return Prompt(ConversationId("conv_1"), model, Effort.LOW, "Answer.", ())
