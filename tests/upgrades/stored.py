"""What is stored, as JSON: samples of all records, members of enums, keys, and what others keep."""

import json
from pathlib import Path
from typing import Any

from bot.adapters.openai import labels
from bot.adapters.slack.api.metadata import MessageStamp, StampSigner
from bot.panel.links import ExpertLabels, RouterLabels
from bot.panel.model import ConsultationPath, ConversationId, ThreadRef
from tests.upgrades import records, story

FILE = Path(__file__).with_name("stored.json")


async def now(redis_url: str) -> str:
    """Return what this version stores."""
    keys = await story.keys_of_a_story(redis_url)
    stored = {
        "records": records.samples(),
        "members": records.members(),
        "keys": keys,
        "outside": _outside(),
    }
    return json.dumps(stored, indent=1, sort_keys=True) + "\n"


def _outside() -> dict[str, Any]:
    """Return what Slack and the model's side keep for us, and bring back."""
    thread, signer = ThreadRef("T1", "C1", "1.0"), StampSigner(["a-secret-of-16-characters"])
    place = {"team": "T1", "channel": "C1", "thread_ts": "1.0"}
    stamp = MessageStamp("T1:C1:1.0", "reply:call_1:0", "legal", "conv_r")
    legal = {ConsultationPath("legal"): ConversationId("conv_1")}
    by_expert = ExpertLabels(thread, ConsultationPath("legal"), ConversationId("conv_r"))
    return {
        "message": signer.metadata(stamp, **place),
        "seal": signer.seal("T1", "C1", "1.0", "retry", "T1:C1:1.0"),
        "router": labels.pack(RouterLabels(thread, legal)),
        "expert": labels.pack(by_expert),
    }
