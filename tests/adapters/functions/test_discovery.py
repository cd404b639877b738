import logging
import tomllib
from importlib import import_module
from itertools import count
from pathlib import Path

import pytest

from bot.adapters.functions.discovery import discover
from bot.experts import library
from bot.functions import GROUP, FunctionExpert
from bot.panel.checks.findings import Severity
from bot.panel.model import ExpertName
from tests.packages import install

CODE = """
from bot.functions import expert

@expert(title="Order Desk", icon="package", purpose="Customers' orders.")
def orders(request):
    return "On its way."

@expert(title="Legal Counsel", purpose="Law.")
def lawyer(request):
    return "No."

@expert(title="@everyone", purpose="Noise.")
def noisy(request):
    return "!"

def bare(request):
    return "!"
"""
_NUMBERS = count(1)


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """Install a package with *experts*, under a name of its own: modules are imported once."""

    def make(experts, code=CODE):
        name = f"acme_{next(_NUMBERS)}"
        monkeypatch.syspath_prepend(install(tmp_path, name, code, experts))
        discovery = discover(library.library())
        return name, discovery

    return make


def test_a_registered_function_is_an_expert_of_the_library(installed):
    name, discovery = installed({"orders": "orders"})

    (installed_expert,) = [
        expert for expert in discovery.installed if expert.package == f"{name} 1.0"
    ]
    expert = installed_expert.expert
    assert (expert.name, expert.function, expert.title) == ("orders", "orders", "Order Desk")
    assert (expert.icon, expert.purpose) == (":package:", "Customers' orders.")
    assert discovery.functions[ExpertName("orders")](None) == "On its way."
    assert not [problem for problem in discovery.problems if problem.package == f"{name} 1.0"]


@pytest.mark.parametrize(
    ("experts", "why"),
    [
        ({"orders": "missing"}, "AttributeError"),
        ({"orders": "bare"}, "no FunctionExpert"),
        ({"legal": "orders"}, "has that name"),
        ({"My Orders": "orders"}, "A name"),
        ({"everyone": "orders"}, "is reserved"),
        ({"lawyer": "lawyer"}, "Somebody here is called"),
        ({"noisy": "noisy"}, "display name"),
    ],
)
def test_what_cannot_be_an_expert_is_left_out_with_the_reason(installed, experts, why):
    name, discovery = installed(experts)

    (problem,) = [problem for problem in discovery.problems if problem.package == f"{name} 1.0"]
    assert why in problem.what
    assert not [expert for expert in discovery.installed if expert.package == f"{name} 1.0"]


def test_a_package_that_breaks_hurts_nobody_else_and_its_error_is_not_quoted(installed, caplog):
    installed({"orders": "orders"})
    name, discovery = installed({"broken": "orders"}, "raise RuntimeError('password: hunter2')")

    with caplog.at_level(logging.WARNING):
        discovery.warn()

    assert "orders" in discovery.functions
    (problem,) = [problem for problem in discovery.problems if problem.package == f"{name} 1.0"]
    assert "RuntimeError" in problem.what
    assert "hunter2" not in str([vars(record) for record in caplog.records])


def test_the_first_of_two_packages_has_the_name(installed):
    installed({"orders": "orders"})
    name, discovery = installed({"orders": "orders"})

    (problem,) = discovery.problems
    assert problem.package == f"{name} 1.0"
    assert "has that name" in problem.what


def test_the_check_tells_what_is_there_and_what_is_not(installed):
    _, discovery = installed({"orders": "orders", "other": "missing"})

    told = {finding.severity: finding.what for finding in discovery.findings()}
    assert "orders is a function of acme_" in told[Severity.GOOD]
    assert "registers no expert other" in told[Severity.BAD]


def test_what_the_bot_registers_itself_can_be_loaded():
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
    for entry in project["entry-points"][GROUP].values():
        module, _, name = entry.partition(":")
        assert isinstance(getattr(import_module(module), name), FunctionExpert)
