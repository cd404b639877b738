import time

import pytest
from slack_sdk.errors import SlackApiError

from bot.playground.slack.workspace.company import ADA, BEN
from tests.playground.slack.block_kit import INPUT, modal


async def refusal(call):
    with pytest.raises(SlackApiError) as caught:
        await call
    return caught.value.response["error"]


async def test_a_trigger_opens_one_view(reference, slack, client):
    trigger = slack.state.new_trigger(ADA)

    answer = await client.views_open(trigger_id=trigger, view=modal(callback_id="add"))

    reference.check_answer("views.open", answer.data)
    (view,) = slack.workspace.views.values()
    assert (view.user, view.content["callback_id"]) == (ADA, "add")
    again = await refusal(client.views_open(trigger_id=trigger, view=modal()))
    assert again == "exchanged_trigger_id"


async def test_a_trigger_lasts_three_seconds(slack, client):
    trigger = slack.state.new_trigger(ADA)
    slack.state.triggers[trigger] = (ADA, time.monotonic() - 3.01)

    error = await refusal(client.views_open(trigger_id=trigger, view=modal()))

    assert error == "expired_trigger_id"
    assert not slack.workspace.views


async def test_a_trigger_that_slack_has_not_given_opens_nothing(client):
    error = await refusal(client.views_open(trigger_id="1.2.x", view=modal()))

    assert error == "invalid_trigger_id"


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (modal(title={"type": "plain_text", "text": "x" * 25}), "invalid_arguments"),
        (modal(type="home"), "invalid_arguments"),
        (modal(submit=None), "invalid_arguments"),
        (modal(private_metadata="x" * 3_001), "invalid_arguments"),
        (modal(blocks=[{"type": "divider"}] * 101), "invalid_blocks"),
        (modal(blocks=[INPUT, INPUT]), "invalid_blocks"),
        (modal(blocks=[{**INPUT, "hint": "x" * 250_000}]), "view_too_large"),
    ],
)
async def test_what_is_no_modal_is_not_opened(slack, client, content, error):
    trigger = slack.state.new_trigger(ADA)

    assert await refusal(client.views_open(trigger_id=trigger, view=content)) == error
    assert not slack.workspace.views


async def test_three_modals_at_most_lie_on_each_other(slack, client):
    first = await client.views_open(trigger_id=slack.state.new_trigger(ADA), view=modal())
    second = await client.views_push(trigger_id=slack.state.new_trigger(ADA), view=modal())
    await client.views_push(trigger_id=slack.state.new_trigger(ADA), view=modal())

    assert second["view"]["previous_view_id"] == first["view"]["id"]
    assert second["view"]["root_view_id"] == first["view"]["id"]
    fourth = client.views_push(trigger_id=slack.state.new_trigger(ADA), view=modal())
    assert await refusal(fourth) == "push_limit_reached"
    alone = client.views_push(trigger_id=slack.state.new_trigger(BEN), view=modal())
    assert await refusal(alone) == "not_found"


async def test_a_view_is_changed_by_who_knows_its_state(slack, client):
    trigger = slack.state.new_trigger(ADA)
    view = (await client.views_open(trigger_id=trigger, view=modal(external_id="mine")))["view"]

    changed = modal(callback_id="other", external_id="mine")
    answer = await client.views_update(external_id="mine", view=changed, hash=view["hash"])

    assert answer["view"]["id"] == view["id"]
    assert answer["view"]["callback_id"] == "other"
    late = client.views_update(view_id=view["id"], view=modal(), hash=view["hash"])
    assert await refusal(late) == "hash_conflict"


async def test_a_view_that_is_closed_is_not_changed(slack, client):
    trigger = slack.state.new_trigger(ADA)
    view = (await client.views_open(trigger_id=trigger, view=modal()))["view"]
    await slack.people.close_view(ADA, view["id"])

    assert await refusal(client.views_update(view_id=view["id"], view=modal())) == "not_found"


async def test_a_home_stays_the_same_view(slack, client):
    home = {"type": "home", "blocks": [{"type": "divider"}]}
    first = await client.views_publish(user_id=ADA, view=home)
    second = await client.views_publish(user_id=ADA, view=home, hash=first["view"]["hash"])

    assert second["view"]["id"] == first["view"]["id"]
    stale = client.views_publish(user_id=ADA, view=home, hash=first["view"]["hash"])
    assert await refusal(stale) == "hash_conflict"
    assert await refusal(client.views_publish(user_id="U0", view=home)) == "user_not_found"
