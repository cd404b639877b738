"""What people change of a panel is what answers next, through the whole bot."""

from bot.playground.slack.workspace.company import ADA, GENERAL, PRODUCT
from tests.end_to_end.conftest import MENTION, World

TAX = {
    "name": "tax",
    "title": "Tax Counsel",
    "icon": ":receipt:",
    "purpose": "Taxes.",
    "instructions": "You are a tax adviser.",
    "effort": "low",
}


async def command(world: World, words: str, channel: str = GENERAL) -> None:
    """Let Ada give a command, and wait until the channel is told."""
    before = len(list(world.slack.workspace.messages(channel)))

    def is_told() -> bool:
        return len(list(world.slack.workspace.messages(channel))) > before

    await world.slack.people.slash(ADA, channel, "/experts", words)
    await world.slack.people.wait_for(is_told)


async def answers(world: World, channel: str = GENERAL) -> list[str]:
    """Ask everybody who may be on the panel of *channel*; returns who answers."""
    text = f"{MENTION} please ask tax, writing and legal"
    ts = world.slack.people.say(ADA, channel, text)
    await world.idle()
    return sorted({who for who, _ in world.said(ts, channel)} - {"Panelbot"})


async def test_an_expert_described_in_a_form_answers_in_its_channel_only(bot_on_both: World):
    people, workspace = bot_on_both.slack.people, bot_on_both.slack.workspace
    await people.slash(ADA, GENERAL, "/experts", "add")
    await people.wait_for(lambda: workspace.views)

    assert await people.submit_view(ADA, next(iter(workspace.views)), TAX) == {}

    assert await answers(bot_on_both) == ["Legal Counsel", "Tax Counsel"]
    assert await answers(bot_on_both, PRODUCT) == ["Legal Counsel"]


async def test_the_defaults_answer_wherever_no_channel_says_otherwise(bot: World):
    await command(bot, "remove legal", PRODUCT)
    await command(bot, "default add writing")

    assert await answers(bot) == ["Editor", "Legal Counsel"]
    assert await answers(bot, PRODUCT) == ["Editor"]


async def test_a_thread_has_a_panel_of_its_own(bot: World):
    ts = bot.say(f"{MENTION} add `writing`")
    await bot.idle()
    bot.say(f"{MENTION} remove legal", ts)
    await bot.idle()
    bot.say(f"{MENTION} please ask writing and legal", ts)
    await bot.idle()

    joined, left, *answered = bot.said(ts)
    assert joined[1].startswith(":pencil2: **Editor** joins this thread.")
    assert left[1].startswith(":scales: **Legal Counsel** has left this thread. The rest")
    assert [who for who, _ in answered] == ["Editor"]
    assert await answers(bot) == ["Legal Counsel"]
