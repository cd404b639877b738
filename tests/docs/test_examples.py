"""The examples in the docs work."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.functions.discovery import discover
from bot.functions import (
    Asker,
    Author,
    FunctionExpert,
    FunctionRefused,
    Reply,
    Request,
    Role,
    Source,
    Thread,
)
from bot.redactors import Kind, Text, TextRefused
from bot.settings.yaml_files import panel_reading, tools_file
from bot.settings.yaml_files.questions_file import load_questions
from tests import packages
from tests.docs.snippets import Snippet, snippets

ENVIRON = {"TICKETS_TOKEN": "a-token", "TICKETS_TEAM": "a-team"}


def example(repository: Path, language: str, first_line: str) -> Snippet:
    """Return the example that begins with *first_line*."""
    ours = [one for one in snippets(repository, language) if one.runs]
    (found,) = [one for one in ours if one.code.startswith(first_line)]
    return found


@pytest.fixture
def orders(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The documented package, installed; returns its code."""
    code = example(repository, "python", "# acme_experts.py").code
    packages.install(tmp_path, "acme_experts", code, {"orders": "orders"})
    monkeypatch.syspath_prepend(str(tmp_path))
    return code


def request(question: str) -> Request:
    soon = datetime.now(UTC) + timedelta(minutes=1)
    asker, thread = Asker("U1", "Ada"), Thread("T1", "C1", "1.0")
    return Request(question, "", (), asker, thread, (), soon, "a key")


def test_the_package_registers_its_expert(orders: str):
    discovery = discover([])
    assert "orders" in [installed.expert.name for installed in discovery.installed]
    assert discovery.problems == []


async def test_the_function_answers_and_refuses(orders: str):
    names: dict[str, FunctionExpert] = {}
    exec(compile(orders, "acme_experts.py", "exec"), names)  # noqa: S102 - our own example
    desk = names["orders"]

    reply = await desk.answer(request("What about 4711?"))  # type: ignore[misc]

    url = "https://shop.example.com/orders/4711"
    assert reply == Reply("Shipped on Monday.", (Source("Order 4711", url),))
    with pytest.raises(FunctionRefused, match="Which order"):
        await desk.answer(request("What about it?"))  # type: ignore[misc]


def test_the_function_that_decides_by_all_authors_refuses_guests_and_several(repository: Path):
    made: dict[str, Any] = {}
    exec(example(repository, "python", "# acme_refunds.py").code, made)  # noqa: S102 - ours
    ada, gus = Author("U1", "Ada", Role.ADMIN), Author("U2", "Gus", Role.GUEST)
    ben = Author("U3", "Ben", Role.MEMBER)

    def refund(*authors: Author) -> str:
        sole = authors[0] if len(authors) == 1 else None
        answer: str = made["refund"](replace(request("7"), asker=sole, authors=authors))
        return answer

    assert refund(ada) == "Refunded on behalf of Ada."
    with pytest.raises(FunctionRefused, match="Guests"):
        refund(ada, gus)
    with pytest.raises(FunctionRefused, match="alone"):
        refund(ada, ben)


def test_the_panel_file_can_be_used(repository: Path):
    panels = panel_reading.read(example(repository, "yaml", "# panel.yaml").code, "panel.yaml")
    assert [expert.name for expert in panels.defaults.added.values()] == ["tax"]
    assert list(panels.channels) == ["C0123ABCD"]


def test_the_questions_can_be_used(repository: Path, tmp_path: Path):
    path = tmp_path / "questions.yaml"
    path.write_text(example(repository, "yaml", "# questions.yaml").code)
    assert [question.id for question in load_questions(str(path))] == ["agpl", "question 2"]
    path.write_text(example(repository, "yaml", "# answers.yaml").code)
    assert len(load_questions(str(path))[0].checks) == 6


def test_the_tools_file_can_be_used(repository: Path, tmp_path: Path):
    path = tmp_path / "tools.yaml"
    path.write_text(example(repository, "yaml", "# tools.yaml").code)
    toolbox = tools_file.toolbox(str(path), ENVIRON)
    assert {"web-search", "mcp:tickets"} <= set(toolbox.names)


def test_the_redactor_hides_numbers_and_refuses_what_is_confidential(repository: Path):
    made: dict[str, Any] = {}
    exec(example(repository, "python", "# acme_redaction.py").code, made)  # noqa: S102 - ours
    redact = made["redact"]
    said = Text("Of 4111-1111 1111 1111, not 12.", Kind.SAID)
    assert redact(said) == "Of [card number], not 12."
    with pytest.raises(TextRefused):
        redact(Text("STRICTLY confidential", Kind.DOCUMENT))


def test_every_example_is_tried(repository: Path):
    tried = (
        "# acme_experts.py",
        "# acme_refunds.py",
        "# acme_redaction.py",
        "# panel.yaml",
        "# questions.yaml",
        "# answers.yaml",
        "# tools.yaml",
        "images:",  # in tests/deploy/test_kubernetes.py
        "externalRules:",  # there, too
    )
    ours = [one for one in snippets(repository, "python", "yaml") if one.runs]
    assert [str(one) for one in ours if not one.code.startswith(tried)] == []
