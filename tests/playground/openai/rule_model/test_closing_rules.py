# ruff: noqa: RUF001 - typographic dashes, and Chinese and Japanese marks
from tests.playground.openai.asking import output
from tests.playground.openai.requested import QUESTION, call, reply, text

LEGAL = """\
Legal answered in the thread:
**MIT – begin here: licences.**

- **Licences:** the notice has to stay
- **Maintenance:** who fixes what is yours to settle"""
FINANCE = """\
Finance answered in the thread:
- **Cost:** two days a quarter
- **Maintenance:** fixes are the larger part"""
CALLS = (call("call_1", "consult_legal"), call("call_2", "consult_finance"))


def summed_up(legal: str, finance: str) -> str:
    outputs = (output("call_1", legal), output("call_2", finance))
    return text(reply(QUESTION, *CALLS, *outputs, may_call=False))


def test_a_synthesis_names_the_experts_what_they_share_and_where_each_begins() -> None:
    said = summed_up(LEGAL, FINANCE)
    assert said.startswith("**In short:** Legal and Finance look at maintenance.")
    assert "- **Legal:** MIT – begin here: licences." in said
    assert "- **Finance:** **Cost:** two days a quarter" in said


def test_experts_who_share_nothing_look_at_different_sides() -> None:
    said = summed_up("- Roses need water", "- Ledgers need paper")
    assert "different sides" in said


def test_a_failed_expert_is_named_as_missing() -> None:
    said = summed_up(LEGAL, "Finance could not answer (timeout).")
    assert said.startswith("**In short**, from Legal:")
    assert said.endswith("Still missing: Finance.")


def test_if_nobody_answered_it_says_so() -> None:
    said = summed_up("Legal could not answer (timeout).", '{"status":"aborted"}')
    assert said.startswith("Legal and Finance could not answer")


def test_outputs_are_summed_up_also_while_calls_are_allowed() -> None:
    outputs = (output("call_1", LEGAL), output("call_2", FINANCE))
    assert "In short" in text(reply(QUESTION, *CALLS, *outputs))
