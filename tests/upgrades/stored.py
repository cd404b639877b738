"""What is stored, as JSON: samples of all records, members of enums, and keys."""

import json
from pathlib import Path

from tests.upgrades import records, story

FILE = Path(__file__).with_name("stored.json")


async def now(redis_url: str) -> str:
    """Return what this version stores."""
    keys = await story.keys_of_a_story(redis_url)
    stored = {"records": records.samples(), "members": records.members(), "keys": keys}
    return json.dumps(stored, indent=1, sort_keys=True) + "\n"
