from dataclasses import replace

from bot.json_types import Json
from bot.playground.slack.hazards import Hazards
from bot.playground.slack.page.feed import Feed
from bot.playground.slack.page.manifest import manifest_entities
from bot.playground.slack.web_api.methods.chat import get_permalink
from bot.playground.slack.web_api.state import ServerState
from bot.playground.slack.workspace.company import (
    ADA,
    BEN,
    BOT_ID,
    BOT_USER,
    CHLOE,
    ERIN,
    GENERAL,
    GUEST,
    PRIVATE,
    STRANGER,
)
from bot.playground.slack.workspace.messages import Message
from bot.playground.slack.workspace.state import Status, User, View, Workspace


def posted(workspace: Workspace, text: str = "hi", **fields) -> Message:
    fields = {"channel": GENERAL, "user": ADA, **fields}
    return workspace.post(Message(ts=workspace.new_ts(), text=text, **fields))


def test_of_people_it_is_told_what_they_are_and_in_which_language_they_use_slack(workspace):
    workspace.users[CHLOE] = replace(workspace.users[CHLOE], is_admin=True)

    entities = all_of(workspace, ADA)

    notes = [entities[f"user:{user}"]["note"] for user in (ADA, CHLOE, ERIN)]
    assert notes == ["Admin", "Admin · Slack in French", "Slack in German"]


def all_of(workspace: Workspace, user: str) -> dict[str, Json]:
    change = Feed(workspace, user, {}).next_update()
    assert change
    assert change["all"]
    return change["set"]


def test_after_the_first_look_only_changes_are_told(workspace: Workspace) -> None:
    feed = Feed(workspace, ADA, {})
    message = posted(workspace)
    key = f"message:{GENERAL}:{message.ts}"
    assert key in (feed.next_update() or {})["set"]
    assert feed.next_update() is None
    message.text = "changed"
    assert list((feed.next_update() or {})["set"]) == [key]
    workspace.delete(message)
    assert feed.next_update() == {"set": {}, "removed": [key]}


def test_groups_can_be_mentioned_until_they_are_disabled(workspace: Workspace) -> None:
    feed = Feed(workspace, ADA, {})
    feed.next_update()
    looks = {"handle": "panel-legal", "name": "Legal", "description": "Law."}
    workspace.user_groups["S1"] = {"id": "S1", "date_delete": 0, **looks}
    (update,) = (feed.next_update() or {})["set"].values()
    assert (update["kind"], update["handle"], update["note"]) == ("group", "panel-legal", "Law.")
    workspace.user_groups["S1"]["date_delete"] = 1
    assert feed.next_update() == {"set": {}, "removed": ["group:S1"]}


def test_a_new_name_changes_the_texts_that_mention_it(workspace: Workspace) -> None:
    feed = Feed(workspace, ADA, {})
    message = posted(workspace, "<@U9>")
    feed.next_update()
    workspace.add(User("U9", "new", "Newcomer", workspace.team_id))
    update = (feed.next_update() or {})["set"]
    assert "@Newcomer" in update[f"message:{GENERAL}:{message.ts}"]["html"]


def test_everybody_sees_their_own_rooms_whispers_and_views(workspace: Workspace) -> None:
    secret = posted(workspace, ephemeral_for=BEN)
    board = posted(workspace, channel=PRIVATE)
    modal = {"type": "modal", "blocks": []}
    workspace.views["V1"] = View("V1", BEN, modal, "h")
    workspace.homes[BEN] = View("V2", BEN, {"type": "home", "blocks": []}, "h")
    workspace.set_status(Status(PRIVATE, board.ts, "is busy"))
    bens = {f"message:{GENERAL}:{secret.ts}", f"message:{PRIVATE}:{board.ts}", f"channel:{PRIVATE}"}
    bens |= {"modal", "home", f"status:{PRIVATE}:{board.ts}"}
    assert bens <= all_of(workspace, BEN).keys()
    assert not bens & all_of(workspace, GUEST).keys()


def test_a_persona_is_an_app_with_a_face_of_its_own(workspace: Workspace) -> None:
    persona = posted(workspace, user=None, bot_id=BOT_ID, username="Legal", icon_emoji=":scales:")
    bot = posted(workspace, user=BOT_USER, bot_id=BOT_ID)
    stranger = posted(workspace, user=STRANGER)
    entities = all_of(workspace, ADA)
    author = {
        m.ts: entities[f"message:{GENERAL}:{m.ts}"]["author"] for m in (persona, bot, stranger)
    }
    assert (author[persona.ts]["name"], author[persona.ts]["avatar"]["emoji"]) == ("Legal", "⚖️")
    assert author[persona.ts]["app"]
    assert author[bot.ts]["name"] == "Panelbot"
    assert author[stranger.ts]["note"] == "From another organisation"
    assert not author[stranger.ts]["app"]


def test_links_to_messages_are_those_that_slack_gives(workspace: Workspace) -> None:
    root = posted(workspace)
    reply = posted(workspace, thread_ts=root.ts)
    state = ServerState(workspace, Hazards(), set(), workspace.url)
    for message in (root, reply):
        permalink = get_permalink(state, {"channel": GENERAL, "message_ts": message.ts})[
            "permalink"
        ]
        entities = all_of(workspace, ADA)[f"message:{GENERAL}:{message.ts}"]["permalink"]
        assert entities == permalink


def test_an_app_offers_what_its_manifest_tells() -> None:
    shortcuts = [
        {"type": "message", "name": "Ask", "callback_id": "ask"},
        {"type": "global", "name": "Elsewhere", "callback_id": "other"},
    ]
    features = {"slash_commands": [{"command": "/experts"}], "shortcuts": shortcuts}
    assert list(manifest_entities({"features": features})) == ["command:/experts", "shortcut:ask"]
    assert manifest_entities({}) == {}
