"""What Slack refuses of Markdown, as documented and as reported."""

import pytest

from bot.playground.slack.web_api.validation.markdown import markdown_problem


def table(rows: int, columns: int = 1, cell: str = "c") -> str:
    row = f"|{f' {cell} |' * columns}\n"
    return row + "|" + "---|" * columns + "\n" + row * (rows - 1)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[" * 10_000,
        table(100),
        table(2, 20),
        f"{table(50)}\n\n{table(50)}",
        table(10, 1, "x" * 1_000),
        "a\n\n" * 50,
        "```\n" + table(500, 50) + "```",
    ],
)
def test_what_is_within_all_limits_is_taken(text):
    assert not markdown_problem([text])


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (table(101), "no more than 100 rows"),
        (f"{table(60)}\n\n{table(60)}", "no more than 100 rows"),
        ("> " + table(101).replace("\n", "\n> "), "no more than 100 rows"),
        (table(2, 21), "no more than 20 columns"),
    ],
)
def test_too_many_rows_and_columns_are_refused(text, problem):
    assert markdown_problem([text]) == problem
    assert markdown_problem([text], strict=False) == problem


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (table(11, 1, "x" * 1_000), "no more than 10000 characters in cells"),
        ("a\n\n" * 51, "no more than 50 parts"),
        ("# a\n\n---\n\n" * 26, "no more than 50 parts"),
    ],
)
def test_what_is_only_reported_is_refused_where_slack_is_strict(text, problem):
    assert markdown_problem([text]) == problem
    assert not markdown_problem([text], strict=False)


def test_all_blocks_of_a_message_count_together():
    assert markdown_problem(["a\n\n" * 25] * 2, others=1) == "no more than 50 parts"
    assert not markdown_problem(["a\n\n" * 25] * 2)
    assert markdown_problem([table(60)] * 2) == "no more than 100 rows"
