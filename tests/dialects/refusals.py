"""How servers word their refusals."""

from tests.dialects.rows import Row, ThreadRow

ROWS: list[Row] = []
THREADS: list[ThreadRow] = []
