"""Whom the router would ask: one question at a time, and measured on many."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bot.panel.roster.expert_checks import MOST_EXPERTS
from bot.playground.openai.items.items import text_of
from bot.playground.openai.stand_in.brain import Call
from tests import openai_faults as faults
from tests.end_to_end.conftest import World
from tests.processes import bot_process

RESPONSES = "POST /v1/responses"
QUESTIONS = """\
- {id: one, text: Ask legal, experts: [legal], tags: [named]}
- {id: two, text: Ask finance and product, experts: [finance, product], tags: [named]}
- {id: three, text: Hm, experts: [], also_acceptable: [[legal]]}
- {id: four, text: Ask product, experts: [finance]}
"""
WITHOUT_PRODUCT = "version: 1\ndefaults: {remove: [product]}\n"


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "questions.yaml"
    path.write_text(QUESTIONS)
    return str(path)


@pytest.fixture
def model_only(world: World) -> World:
    """A world of which only the model is known, as where nobody has Slack or Redis at hand."""
    for name in [name for name in world.environ if not name.startswith("OPENAI_")]:
        del world.environ[name]
    return world


async def test_a_question_is_put_to_the_router_alone(model_only: World):
    code, out, err = await model_only.panelbot("ask", "Ask legal and finance", "--json")

    assert (code, err) == (0, "")
    told = json.loads(out)
    assert told["router"] == "gpt-6-luna"
    assert {one["expert"] for one in told["asked"]} == {"finance", "legal"}
    assert told["asked"][0]["reason"] == "It was named."
    assert {"security", "product"} <= set(told["not_asked"])
    assert told["usage"]["input"] > 0
    assert len(model_only.brain.asked) == 1
    assert not model_only.openai.conversations


async def test_a_first_look_tells_how_likely_each_expert_is(model_only: World):
    model_only.environ["PANELBOT_ROUTER"] = "decisions"

    _, out, _ = await model_only.panelbot("ask", "Ask legal", "--json")

    told = json.loads(out)
    assert [one["expert"] for one in told["asked"]] == ["legal"]
    assert told["likelihoods"]["legal"] > 0.5 > told["likelihoods"]["finance"]
    assert told["usage"]["output"] == 0
    assert not [r for r in model_only.openai.requests if r.path == "/v1/responses"]

    _, out, _ = await model_only.panelbot("ask", "Ask legal")
    assert "  How likely: legal 90%" in out


async def test_two_samples_tell_the_same_where_there_are_no_decisions(model_only: World):
    model_only.environ["PANELBOT_UNSURE_BY"] = "agreement"

    code, out, err = await model_only.panelbot("ask", "Ask legal", "--json")
    assert code == 0, err

    told = json.loads(out)
    assert [one["expert"] for one in told["asked"]] == ["legal"]
    assert (told["likelihoods"]["legal"], told["likelihoods"]["finance"]) == (1, 0)
    assert len(model_only.brain.asked) == 2
    assert not model_only.openai.conversations


async def test_a_first_look_that_fails_is_told(model_only: World, file: str):
    model_only.environ["PANELBOT_ROUTER"] = "auto"
    model_only.openai.faults.on("POST /v1/decisions", faults.status(404), times=100)

    _, out, _ = await model_only.panelbot("ask", "Ask legal", "--json")
    assert json.loads(out)["unjudged"] == "HTTP 404 for decisions"
    _, out, _ = await model_only.panelbot("ask", "Ask legal")
    assert "  The first look failed: HTTP 404 for decisions\n  Legal Counsel (legal)" in out

    _, out, _ = await model_only.panelbot("eval", file)
    assert "- first looks that failed, so that the router chose alone: 4" in out


async def test_people_read_who_would_be_asked_and_who_would_not(model_only: World):
    code, out, _ = await model_only.panelbot("ask", "Ask legal")
    assert code == 0
    assert "  Legal Counsel (legal): It was named." in out
    assert "    Brief: Please look at it." in out
    assert "Not asked: engineering, finance, product, security" in out

    _, out, _ = await model_only.panelbot("ask", "Hm")
    assert "gpt-6-luna would ask nobody" in out
    assert "I can say that myself." in out


async def test_what_a_model_writes_does_not_steer_the_terminal(model_only: World):
    odd = {"reason": "Red \x1b[31m\nNot asked: nobody", "brief": "\u202eLook\nhere"}
    model_only.brain.then(Call("consult_legal", odd))

    _, out, _ = await model_only.panelbot("ask", "May we?")

    assert "  Legal Counsel (legal): Red \\x1b[31m Not asked: nobody\n" in out
    assert "    Brief: \\u202eLook here\n" in out


async def test_who_was_left_out_is_told_by_name_only_while_they_are_few(
    model_only: World, tmp_path: Path
):
    panel = tmp_path / "panel.yaml"
    fields = "icon: ':x:', purpose: One, instructions: One"
    experts = "\n".join(f"  - {{name: expert-{n}, title: Expert {n}, {fields}}}" for n in range(50))
    panel.write_text(f"version: 1\ndefaults:\n  experts:\n{experts}\n")

    code, out, err = await model_only.panelbot("ask", "Hm", "--panel", str(panel))

    assert code == 0, err

    assert out.splitlines()[-1].startswith("Not asked: engineering, expert-0, ")
    assert out.splitlines()[-1].endswith(" and 35 more (`--json` has all)")


async def test_experts_beyond_the_most_are_told(model_only: World, tmp_path: Path):
    panel = tmp_path / "panel.yaml"
    fields = "icon: ':x:', purpose: One, instructions: One"
    experts = "\n".join(
        f"  - {{name: expert-{n}, title: Expert {n}, {fields}}}" for n in range(MOST_EXPERTS)
    )
    panel.write_text(f"version: 1\ndefaults:\n  experts:\n{experts}\n")

    _, _, err = await model_only.panelbot("ask", "legal: Hm", "--panel", str(panel))

    assert f"The panel may have {MOST_EXPERTS} experts: 5 more are left out." in err


async def test_whoever_is_named_is_asked_without_the_router(model_only: World):
    code, out, _ = await model_only.panelbot("ask", "legal: May we?", "--json")

    assert code == 0
    told = json.loads(out)
    assert told["direct"]
    assert [one["expert"] for one in told["asked"]] == ["legal"]
    assert not model_only.brain.asked


async def test_choices_are_measured(model_only: World, file: str):
    code, out, _ = await model_only.panelbot("eval", file, "--format", "json")

    assert code == 0
    told = json.loads(out)
    assert {one["id"]: one["chosen"] for one in told["choices"]} == {
        "one": ["legal"],
        "two": ["finance", "product"],
        "three": [],
        "four": ["product"],
    }
    assert told["measures"]["exact"] == 0.75
    assert told["measures"]["f1"] == 0.75
    assert told["tags"]["named"]["exact"] == 1


async def test_what_was_asked_before_is_in_the_routers_conversation(
    model_only: World, tmp_path: Path
):
    path = tmp_path / "questions.yaml"
    path.write_text(
        "- {text: And legal, experts: [legal], thread: [{text: May we, asked: [product]}]}"
    )

    code, _, _ = await model_only.panelbot("eval", str(path), "--at-least", "exact=1")

    assert code == 0
    (request,) = model_only.brain.asked
    kinds = [item["type"] for item in request.items]
    assert kinds == ["message", "function_call", "function_call_output", "message", "message"]
    assert request.items[1]["name"] == "consult_product"
    assert "May we" in text_of(request.items[0])


async def test_bounds_decide_on_the_exit_status(model_only: World, file: str):
    kept = ("--at-least", "f1=0.7", "--at-most", "over-selection=0.25")
    broken = ("--at-least", "exact=0.9", "--at-most", "silent=0")

    assert (await model_only.panelbot("eval", file, *kept))[0] == 0
    code, out, err = await model_only.panelbot("eval", file, *broken)

    assert code == 1
    assert "exact is 0.750, and should be at least 0.9." in err
    assert "silent" not in err
    assert "| four " in out


async def test_a_bound_of_what_cannot_be_measured_is_not_met(model_only: World, tmp_path: Path):
    path = tmp_path / "questions.yaml"
    path.write_text("- {text: Hm, experts: [legal]}")

    code, _, err = await model_only.panelbot("eval", str(path), "--at-least", "precision=0.1")

    assert code == 1
    assert "precision has no value here, and should be at least 0.1." in err


async def test_two_panels_are_compared(model_only: World, file: str, tmp_path: Path):
    panel = tmp_path / "new.yaml"
    panel.write_text(WITHOUT_PRODUCT)
    everybody = tmp_path / "old.yaml"
    everybody.write_text("version: 1\n")
    few = tmp_path / "few.yaml"
    few.write_text(QUESTIONS.replace("[finance, product]", "[finance]"))
    compared = ("--panel", str(panel), "--against", str(everybody), "--no-worse")

    for wrong in (compared, ("--panel", str(everybody), "--against", str(panel))):
        code, _, err = await model_only.panelbot("eval", file, *wrong)
        assert code == 2
        assert f"{panel} has no product, who should be asked in two." in err
    assert not model_only.brain.asked  # nothing was paid for
    code, out, err = await model_only.panelbot("eval", str(few), *compared, "--format", "json")

    assert code == 0, err
    told = json.loads(out)
    assert told["measures"]["f1"] > told["against"]["measures"]["f1"]
    assert told["difference"]["f1"]["gain"] > 0
    assert told["version"] != told["against"]["version"]


async def test_a_channel_is_compared_with_itself(model_only: World, file: str, tmp_path: Path):
    new, old, older = (tmp_path / f"{name}.yaml" for name in ("new", "old", "older"))
    new.write_text("version: 1\nchannels: {C01: {router: New.}}\n")
    old.write_text("version: 1\nchannels: {C01: {router: Old.}}\n")
    older.write_text("version: 1\ndefaults: {router: Older.}\n")

    for against in (old, older):
        panels = ("--panel", str(new), "--channel", "C01", "--against", str(against))
        code, _, err = await model_only.panelbot("eval", file, *panels)
        assert code == 0, err

    read = {request.instructions.rpartition("<rules>\n")[2] for request in model_only.brain.asked}
    assert read == {f"{word}.\n</rules>" for word in ("New", "Old", "Older")}


async def test_rules_for_the_router_reach_it(model_only: World, tmp_path: Path):
    panel = tmp_path / "panel.yaml"
    panel.write_text(
        "version: 1\ndefaults: {router: At most two.}\nchannels: {C01: {router: Ask legal.}}\n"
    )

    for channel in ((), ("--channel", "C01")):
        code, _, err = await model_only.panelbot("ask", "Hm", "--panel", str(panel), *channel)
        assert code == 0, err

    everywhere, here = (request.instructions for request in model_only.brain.asked)
    assert everywhere.endswith("<rules>\nAt most two.\n</rules>")
    assert here.endswith("<rules>\nAt most two.\n</rules>\n<rules>\nAsk legal.\n</rules>")


async def test_continuous_integration_reads_a_test_for_each_question(model_only: World, file: str):
    code, out, _ = await model_only.panelbot("eval", file, "--format", "junit", "--repeat", "2")

    assert code == 0
    suite = ElementTree.fromstring(out)  # noqa: S314 - ours
    assert (suite.get("tests"), suite.get("failures")) == ("8", "2")
    failed = {
        case.get("name") for case in suite.iter("testcase") if case.find("failure") is not None
    }
    assert failed == {"four: Ask product"}


async def test_what_is_noted_is_not_asked_again(model_only: World, file: str, tmp_path: Path):
    notes = tmp_path / "notes.jsonl"
    again = ("eval", file, "--notes", str(notes), "--at-once", "1", "--format", "json")
    model_only.openai.faults.on(
        RESPONSES, faults.status(403), when=lambda body: "Hm" in str(body["input"])
    )

    code, _, err = await model_only.panelbot(*again)
    assert code == 2
    assert len(notes.read_text().splitlines()) == len(model_only.brain.asked) == 2
    notes.write_text(notes.read_text() + '{"key": "torn')  # it was killed while it wrote
    code, out, err = await model_only.panelbot(*again)

    assert code == 0, err
    assert len(model_only.brain.asked) == 4
    assert json.loads(out)["measures"]["exact"] == 0.75
    assert "legal" in notes.read_text()
    assert "Ask legal" not in notes.read_text()
    await model_only.panelbot(*again)
    assert len(model_only.brain.asked) == 4


@pytest.mark.parametrize(
    "written",
    [
        b"A letter, without the end of its last line",
        b"\xff\xfe\n",
        b'{"key": 3, "chosen": [], "unknown": 0, "tokens": 0, "cost": "0", "seconds": 0}\n',
        b'{"key": "a", "chosen": [], "unknown": 0, "tokens": 0, "cost": "x", "seconds": 0}\n',
        b'{"key": "a"}\n',
        b"[" * 100_000 + b"\n",
    ],
)
async def test_a_file_of_something_else_is_left_alone(
    model_only: World, file: str, tmp_path: Path, written: bytes
):
    notes = tmp_path / "notes"
    notes.write_bytes(written)

    code, _, err = await model_only.panelbot("eval", file, "--notes", str(notes))

    assert code == 2
    assert err.endswith(f"{notes}:1: is not a note of `panelbot eval`.\n")
    assert notes.read_bytes() == written
    assert not model_only.brain.asked


async def test_what_was_noted_without_a_first_look_does_not_count_with_one(
    model_only: World, file: str, tmp_path: Path
):
    again = ("eval", file, "--notes", str(tmp_path / "notes"))
    await model_only.panelbot(*again)
    model_only.environ["PANELBOT_UNSURE_BY"] = "agreement"
    _, out, _ = await model_only.panelbot(*again)
    asked = len(model_only.brain.asked)
    model_only.environ["PANELBOT_ROUTER_THRESHOLD"] = "0.7"

    await model_only.panelbot(*again)

    assert "Brier score" in out
    assert len(model_only.brain.asked) > asked > 8


async def test_the_last_note_counts_without_the_end_of_its_line(
    model_only: World, file: str, tmp_path: Path
):
    notes = tmp_path / "notes"
    again = ("eval", file, "--notes", str(notes))
    await model_only.panelbot(*again)
    notes.write_text(notes.read_text().rstrip())

    assert [(await model_only.panelbot(*again))[0] for _ in range(2)] == [0, 0]

    assert len(model_only.brain.asked) == 4


async def test_a_report_that_cannot_be_written_is_not_paid_for(
    model_only: World, file: str, tmp_path: Path
):
    for out in (tmp_path / "missing" / "report.md", tmp_path):
        code, _, err = await model_only.panelbot("eval", file, "--out", str(out))
        assert code == 2
        assert f"{out} cannot be written: " in err
    assert not model_only.brain.asked

    code, printed, err = await model_only.panelbot("eval", file, "--out", "/dev/full")
    assert code == 2
    assert "/dev/full cannot be written: No space left on device." in err
    assert "| exact          | 0.750 |" in printed


async def test_a_budget_ends_it(model_only: World, file: str):
    code, _, err = await model_only.panelbot(
        "eval", file, "--at-once", "1", "--budget", "0.0000001"
    )
    assert code == 2
    assert "The budget of $0.0000001 is spent." in err
    assert len(model_only.brain.asked) == 1

    model_only.environ["PANELBOT_ROUTER_MODEL"] = "gpt-6.1-terra"
    prices = Path(file).with_name("prices.yaml")
    prices.write_text("as_of: 2026-11-01\nmodels: {}\n")
    model_only.environ["PANELBOT_PRICES"] = str(prices)
    code, _, err = await model_only.panelbot("eval", file, "--budget", "1")
    assert code == 2
    assert "gpt-6.1-terra has no price, so that no budget can be kept." in err


async def test_a_wrong_key_is_told_in_one_line(model_only: World, file: str):
    model_only.environ |= {"OPENAI_API_KEY": "sk-wrong", "LOG_LEVEL": "ERROR"}

    code, _, err = await model_only.panelbot("eval", file)

    assert code == 2
    assert len([line for line in err.splitlines() if line.startswith("panelbot: ")]) == 1
    assert "401" in err


@pytest.mark.parametrize(
    ("args", "problem"),
    [
        (["ask", " "], "QUESTION is empty."),
        (["ask", "Hm", "--channel", "C1"], "--channel needs --panel"),
        (["eval", "--no-worse"], "--no-worse needs --against"),
        (["eval", "--at-least", "f2=1"], "'f2' is not one of f1, precision"),
        (["eval", "--at-least", "f1=much"], "'much' is not a number; write f1=0.8."),
        (["eval", "--at-least", "f1=nan"], "'nan' is not from 0 to 1; write f1=0.8."),
        (["eval", "--at-most", "silent=5"], "'5' is not from 0 to 1; write silent=0.8."),
        (["eval", "--budget", "much"], "'much' is not an amount in dollars."),
    ],
)
async def test_wrong_input_is_told(world: World, args: list[str], problem: str):
    code, _, err = await world.panelbot(*args)

    assert code == 2
    assert problem in err


async def test_rules_choose_whatever_model_the_settings_name(imported_bot: None):
    environ = {
        "PANELBOT_ROUTER_MODEL": "ours-7b",
        "PANELBOT_FALLBACK_MODELS": "ours-3b",
        "OPENAI_BASE_URL": "https://models.example.com/v1",
    }
    async with bot_process("ask", "Ask legal", "--json", environ=environ) as process:
        out, err = await process.communicate()

    assert process.returncode == 0, err
    assert [one["expert"] for one in json.loads(out)["asked"]] == ["legal"]


async def test_problems_are_lines_of_json_where_the_log_is(model_only: World, file: str):
    model_only.environ |= {"PANELBOT_LOG_FORMAT": "json", "PANELBOT_ROUTR_MODEL": "one"}

    for command in (["ask", "Hm"], ["eval", file]):
        model_only.openai.faults.on(RESPONSES, faults.status(403))
        code, _, err = await model_only.panelbot(*command)
        assert code
        remark, *lines = [line for line in err.splitlines() if not line.startswith("Asking")]
        assert "PANELBOT_ROUTR_MODEL" in remark
        assert json.loads(lines[-1])["event"] == "command.failed"
        assert json.loads(lines[-1])["role"] == command[0]


async def test_without_a_key_rules_choose_for_nothing(imported_bot: None):
    async with bot_process("eval", "--at-least", "f1=0.8", environ={}) as process:
        out, err = await process.communicate()

    assert process.returncode == 0, err
    assert b"questions, put to rules" in out
    assert b"- cost: $0.0000," in out
    assert b"Rules choose the experts, not AI" in err


async def test_the_experts_answer_if_that_is_wanted(tmp_path: Path, imported_bot: None):
    panel = tmp_path / "panel.yaml"
    panel.write_text(WITHOUT_PRODUCT)

    async with bot_process(
        "ask", "May we use AGPL code?", "--answer", "--panel", str(panel), environ={}
    ) as process:
        out, err = await process.communicate()

    assert process.returncode == 0, err
    assert b"Legal Counsel" in out
    assert b"AGPL" in out
