"""The table of metrics, from what ``bot.adapters.prometheus.metrics`` declares."""

from collections.abc import Iterator

from prometheus_client import Counter, Gauge, Histogram

from bot.adapters.prometheus import metrics
from docsgen.tables import table

_INTRODUCTION = """\
# Metrics

What every process tells at `/metrics`: [how to read them](../run/metrics.md). Histograms have
`_bucket`, `_sum` and `_count`. Metrics of the last table are the same whichever process tells them:
take `max`, not `sum`. There are `process_…`, `python_…` and `python_gc_…` as well."""

_Declared = Counter | Gauge | Histogram


def page() -> str:
    """Return the page."""
    heading = ("metric", "type", "labels", "what")
    everywhere = [
        (f"`{family.name}`", "gauge", _labels(family._labelnames), family.documentation)  # noqa: SLF001 - it tells them in no other way
        for family in metrics.of_all_processes().values()
    ]
    return "\n\n".join(
        (
            _INTRODUCTION,
            "## Of one process",
            table(heading, map(_row, declared())),
            "## Of all processes together",
            table(heading, everywhere),
        )
    )


def declared() -> Iterator[_Declared]:
    """Yield all metrics of one process, in their order."""
    for value in vars(metrics).values():
        if isinstance(value, _Declared):
            yield value


def name_of(metric: _Declared) -> str:
    """Return what *metric* is called in queries."""
    (family,) = metric.describe()
    return f"{family.name}_total" if family.type == "counter" else family.name


def _row(metric: _Declared) -> tuple[str, str, str, str]:
    (family,) = metric.describe()
    labels = _labels(metric._labelnames)  # noqa: SLF001 - it tells them in no other way
    return f"`{name_of(metric)}`", family.type, labels, family.documentation


def _labels(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)
