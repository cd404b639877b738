"""The report of the probes."""

from datetime import UTC, datetime

from bot.operations.probe import Report, as_markdown
from bot.panel.checks.probes import Check, Observation


async def nothing() -> str:
    return ""


LOCK = Check("lock", "Is it locked?", "It is.", nothing)
LIFE = Check("life", "How long?", "Five minutes.", nothing)
SEEN = Observation(LOCK, "It is\nnot <b>locked</b>.", seconds=1.25)
FAILED = Observation(LIFE, problem="HTTP 500")
AT = datetime(2026, 11, 21, 15, 4, tzinfo=UTC)


def test_it_tells_when_whom_what_and_what_was_counted_on():
    report = Report(AT, "0.1.0", ["Slack at https://acme.slack.com/"], [SEEN])

    page = as_markdown(report)

    assert page.startswith("# What the services did on 2026-11-21\n")
    assert "asked at 2026-11-21 15:04 UTC" in page
    assert "- Slack at https://acme.slack.com/\n" in page
    assert "1 checks; 0 of them could not run." in page
    assert "## lock: Is it locked?\n\nIt is not &lt;b>locked&lt;/b>.\n" in page
    assert "Counted on: It is. (1.2 s)" in page
    assert report.is_complete


def test_what_could_not_run_or_is_left_over_is_told():
    failed = Report(AT, "0.1.0", [], [SEEN, FAILED])
    left = Report(AT, "0.1.0", [], [SEEN], ["conversation conv_1: HTTP 500"])

    assert "**Could not run:** HTTP 500" in as_markdown(failed)
    assert "2 checks; 1 of them could not run." in as_markdown(failed)
    assert as_markdown(left).endswith("- conversation conv_1: HTTP 500\n")
    assert not failed.is_complete
    assert not left.is_complete
