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
    return "\n\n".join(
        (
            _INTRODUCTION,
            "## Of one process",
            table(heading, map(_row, declared(shared=False))),
            "## Of all processes together",
            table(heading, map(_row, declared(shared=True))),
        )
    )


def declared(*, shared: bool) -> Iterator[_Declared]:
    """Yield the metrics of one process, or those that all share, in their order."""
    ours = {family.name for family in metrics.SHARED.collect()}
    for value in vars(metrics).values():
        if isinstance(value, _Declared) and (name_of(value) in ours) is shared:
            yield value


def name_of(metric: _Declared) -> str:
    """Return what *metric* is called in queries."""
    (family,) = metric.describe()
    return f"{family.name}_total" if family.type == "counter" else family.name


def _row(metric: _Declared) -> tuple[str, str, str, str]:
    (family,) = metric.describe()
    labels = ", ".join(f"`{name}`" for name in metric._labelnames)  # noqa: SLF001 - no other way
    return f"`{name_of(metric)}`", family.type, labels, family.documentation
