"""An expert is asked by the handle that Slack completes."""

from bot.playground.slack.company import ADA, GENERAL
from tests.end_to_end.conftest import World
from tests.eventually import eventually


async def test_a_handle_asks_its_expert_past_the_router(bot: World):
    groups = bot.slack.workspace.user_groups
    await bot.slack.people.slash(ADA, GENERAL, "/experts", "handle legal on")
    await eventually(lambda: bool(groups))
    await eventually(lambda: bool(bot.slack.workspace.ephemeral(ADA)))  # it has said so

    ts = bot.say(f"<!subteam^{next(iter(groups))}|@panel-legal> may we?")
    foreign = bot.say("<!subteam^S2|@lawyers> may we?")
    await bot.idle()

    assert [who for who, _ in bot.said(ts)] == ["Legal Counsel"]
    assert bot.said(foreign) == []
