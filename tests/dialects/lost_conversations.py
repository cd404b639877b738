"""What a 404 says, and what it does not."""

from tests.dialects.rows import Row, ThreadRow

ROWS: list[Row] = []
THREADS: list[ThreadRow] = []
