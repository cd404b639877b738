from functools import reduce

import pytest

from bot.playground.slack.web_api.methods.stream_blocks import with_chunk


def built(*chunks):
    return reduce(with_chunk, chunks, [])


def text(words):
    return {"type": "markdown_text", "text": words}


def task(id_, **fields):
    return {"type": "task_update", "id": id_, **fields}


def test_text_grows_in_one_block_until_something_else_comes() -> None:
    blocks = built(text("Hel"), text("lo"), task("a", title="A", status="pending"), text("More"))
    assert [block["type"] for block in blocks] == ["markdown", "task_card", "markdown"]
    assert [block.get("text") for block in blocks] == ["Hello", None, "More"]
    assert len({block["block_id"] for block in blocks}) == 3


def test_a_task_keeps_its_place_and_what_it_is_not_told() -> None:
    a, b = built(
        task("a", title="A", status="in_progress"),
        task("b", title="B", status="pending"),
        task("a", status="complete", output="done"),
    )
    assert (a["title"], a["status"], a["output"]) == ("A", "complete", "done")
    assert b["title"] == "B"


def test_a_plan_gathers_the_tasks_before_and_after_it() -> None:
    (plan,) = built(
        task("a", title="A", status="pending"),
        {"type": "plan_update", "title": "Plan"},
        task("b", title="B", status="pending"),
        {"type": "plan_update", "title": "Better plan"},
    )
    assert plan["title"] == "Better plan"
    assert [card["task_id"] for card in plan["tasks"]] == ["a", "b"]


def test_what_was_there_before_is_not_changed() -> None:
    before = built(text("a"), task("t", title="T", status="pending"))
    copy = [dict(block) for block in before]
    with_chunk(before, task("t", status="complete"))
    with_chunk(before[:1], text("b"))
    assert before == copy


def test_a_chunk_of_another_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="surprise"):
        with_chunk([], {"type": "surprise"})
