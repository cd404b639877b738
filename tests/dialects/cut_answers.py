"""Answers that are cut, filtered or failed, and marks that repeat."""

from tests.dialects.rows import Row, ThreadRow

ROWS: list[Row] = []
THREADS: list[ThreadRow] = []
