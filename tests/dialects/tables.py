"""All rows of all tables."""

from tests.dialects import (
    cut_answers,
    decisions,
    lost_conversations,
    odd_shapes,
    optional_fields,
    refusals,
    streams,
    weak_models,
)

_TABLES = (
    cut_answers,
    lost_conversations,
    odd_shapes,
    optional_fields,
    refusals,
    streams,
    weak_models,
)

ROWS = [row for table in _TABLES for row in table.ROWS]
THREADS = [row for table in (*_TABLES, decisions) for row in table.THREADS]
