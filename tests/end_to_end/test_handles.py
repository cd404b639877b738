"""An expert is asked by the handle that Slack completes."""

from bot.adapters.redis.handle_store import RedisHandleStore
from bot.panel.handles import Handle
from bot.panel.model import ExpertName
from tests.end_to_end.conftest import World


async def test_a_handle_asks_its_expert_past_the_router(bot: World):
    legal = Handle("S1", ExpertName("legal"), "Legal Counsel")
    await RedisHandleStore(bot.redis).put(bot.slack.workspace.team_id, legal)

    ts = bot.say("<!subteam^S1|@panel-legal> may we?")
    foreign = bot.say("<!subteam^S2|@lawyers> may we?")
    await bot.idle()

    assert [who for who, _ in bot.said(ts)] == ["Legal Counsel"]
    assert bot.said(foreign) == []
