"""What weak and local models leak into their text."""

from tests.dialects.rows import Row, ThreadRow

ROWS: list[Row] = []
THREADS: list[ThreadRow] = []
