"""JSON as Python has it, where what is inside is read with care: payloads, requests, blocks."""

from typing import Any

Json = dict[str, Any]
