"""People are told things in the language that they have chosen in Slack, through the whole bot."""

from functools import partial

from bot.language import in_language
from bot.panel.texts import sentences
from bot.playground.slack.workspace.company import ADA, CHLOE, ERIN, GENERAL
from bot.playground.slack.workspace.messages import Message
from tests import slack_faults as hazards
from tests.end_to_end.conftest import MENTION, World, body


async def asked(world: World, user: str, text: str) -> str:
    """Let *user* say something in #general, and wait until it is answered; returns its ts."""
    ts = world.slack.people.say(user, GENERAL, text)
    await world.idle()
    return ts


def announced(world: World) -> list[str]:
    """What the bot has said in #general itself."""
    said = world.slack.workspace.messages(GENERAL)
    return [message.text for message in said if message.bot_id and not message.thread_ts]


def labels(message: Message) -> str:
    """What stands on the buttons under a message."""
    rows = [block for block in message.blocks if block["type"] == "actions"]
    return str([element.get("text") for row in rows for element in row["elements"]])


async def test_a_thread_is_answered_in_the_language_of_who_asked(bot_on_both: World):
    german = await asked(bot_on_both, ERIN, f"{MENTION} please ask legal")
    english = await asked(bot_on_both, ADA, f"{MENTION} please ask legal")

    (reply,) = bot_on_both.thread(german)
    assert "Lösungsweg zeigen" in labels(reply)
    assert "Answer 1 of" in body(reply)
    (reply,) = bot_on_both.thread(english)
    assert "Show work" in labels(reply)


async def test_a_thread_command_is_answered_in_its_givers_language(bot: World):
    ts = await asked(bot, CHLOE, f"{MENTION} mute")
    bot.slack.people.say(ERIN, GENERAL, f"{MENTION} unmute", ts)
    await bot.idle()

    (_, quiet), (_, back) = bot.said(ts)
    assert quiet.startswith("Je reste silencieux dans ce fil : mentionnez-moi")
    assert back == "Ich bin wieder da: Antworte einfach."


async def test_what_one_person_sees_is_in_that_persons_language(bot_on_both: World):
    slack = bot_on_both.slack
    for user in (ERIN, ADA):
        await slack.people.slash(user, GENERAL, "/experts", "show nobody")
        slack.people.open_home(user)
    await slack.people.wait_for(lambda: len(slack.workspace.homes) == 2)
    for user in (ERIN, ADA):
        await slack.people.wait_for(partial(slack.workspace.ephemeral, user))
    await slack.people.slash(ERIN, GENERAL, "/experts", "add")
    await slack.people.wait_for(lambda: slack.workspace.views)

    (german,), (english,) = slack.workspace.ephemeral(ERIN), slack.workspace.ephemeral(ADA)
    assert "In diesem Panel gibt es keinen Experten `nobody`." in german.text
    assert "There is no expert `nobody` on this panel." in english.text
    assert "Das Standard-Panel aller Channels" in str(slack.workspace.homes[ERIN].content)
    assert "The default panel of all channels" in str(slack.workspace.homes[ADA].content)
    (modal,) = slack.workspace.views.values()
    assert modal.content["title"]["text"] == "Neuer Experte"
    refused = await slack.people.submit_view(ERIN, modal.id, EXPERT | {"name": "Tax Law"})
    assert refused["name"].startswith("Ein Name besteht aus Kleinbuchstaben")


async def test_what_all_can_read_is_in_the_common_language_where_there_is_one(world: World):
    world.environ["PANELBOT_LANGUAGE"] = "es"
    world.openai.latency.first = lambda _: 1.2
    await world.start_bot()
    slack = world.slack

    ts = await asked(world, ERIN, f"{MENTION} please ask legal and finance")
    await slack.people.slash(ERIN, GENERAL, "/experts", "remove legal")
    await slack.people.wait_for(lambda: announced(world))
    await slack.people.slash(ERIN, GENERAL, "/experts", "remove legal")
    await slack.people.wait_for(lambda: slack.workspace.ephemeral(ERIN))

    with in_language("es"):
        title = sentences.asked(["Finance Partner", "Legal Counsel"])
    assert (await world.plan(ts)).blocks[0]["title"] == title
    assert "del panel de este canal" in announced(world)[0]
    (told,) = slack.workspace.ephemeral(ERIN)
    assert told.text.startswith("In diesem Panel gibt es keinen Experten")


async def test_slack_not_telling_the_language_keeps_nobody_from_an_answer(bot: World):
    bot.slack.hazards.on("users.info", hazards.silence(), times=1)

    await bot.slack.people.slash(ERIN, GENERAL, "/experts", "show nobody")
    await bot.slack.people.wait_for(lambda: bot.slack.workspace.ephemeral(ERIN))

    (told,) = bot.slack.workspace.ephemeral(ERIN)
    assert told.text == "There is no expert `nobody` on this panel."


EXPERT = {
    "title": "Tax Counsel",
    "icon": ":receipt:",
    "purpose": "Taxes.",
    "instructions": "You are a tax adviser.",
    "effort": "low",
}
