"""Groups that can be mentioned, as Slack keeps them."""

import pytest
from slack_sdk.errors import SlackApiError

from bot.playground.slack.workspace.company import BOT_USER


async def new_group(client, name="Lawyers", handle="lawyers"):
    answer = await client.usergroups_create(name=name, handle=handle, description="Law.")
    return answer["usergroup"]


async def test_a_group_is_made_changed_disabled_and_enabled(slack, client):
    group = await new_group(client)
    assert (group["handle"], group["created_by"], group["date_delete"]) == ("lawyers", BOT_USER, 0)

    await client.usergroups_update(usergroup=group["id"], name="Counsel")
    await client.usergroups_disable(usergroup=group["id"])
    assert (await client.usergroups_list())["usergroups"] == []
    (kept,) = (await client.usergroups_list(include_disabled=True))["usergroups"]
    assert (kept["name"], kept["handle"], kept["date_delete"] > 0) == ("Counsel", "lawyers", True)

    await client.usergroups_enable(usergroup=group["id"])
    assert len((await client.usergroups_list())["usergroups"]) == 1


@pytest.mark.parametrize(
    ("name", "handle", "code"),
    [
        ("Others", "lawyers", "handle_already_exists"),
        ("Lawyers", "others", "name_already_exists"),
        ("Others", "general", "handle_already_exists"),
        ("Others", "ada", "handle_already_exists"),
    ],
)
async def test_names_are_unique_also_among_people_and_channels(client, name, handle, code):
    group = await new_group(client)
    await client.usergroups_disable(usergroup=group["id"])  # it keeps its name

    with pytest.raises(SlackApiError, match=code):
        await new_group(client, name, handle)


async def test_a_group_that_is_not_there_is_an_error(client):
    with pytest.raises(SlackApiError, match="no_such_subteam"):
        await client.usergroups_enable(usergroup="S9")


async def test_everybody_is_told_of_a_new_group(slack, client):
    changes = []
    slack.workspace.subscribe(changes.append)

    await new_group(client)

    assert [change.kind for change in changes] == ["group"]
