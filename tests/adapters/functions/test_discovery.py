import logging
import tomllib
from importlib import import_module
from itertools import count
from pathlib import Path

import pytest

from bot.adapters.functions import entries
from bot.adapters.functions.discovery import discover
from bot.experts import library
from bot.functions import GROUP, FunctionExpert
from bot.panel.checks.findings import Severity
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
    assert installed_expert.function.answer(None) == "On its way."
    assert installed_expert.entry == f"{name}:orders"
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

    assert "orders" in {expert.name for expert in discovery.experts}
    (problem,) = [problem for problem in discovery.problems if problem.package == f"{name} 1.0"]
    assert "RuntimeError" in problem.what
    assert "hunter2" not in str([vars(record) for record in caplog.records])


HEADER = "from bot.functions import FunctionExpert, expert\n"
ORDERS = 'FunctionExpert(lambda request: "Here.", "Order Desk", "Orders.")'


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("raise SystemExit", "ends in SystemExit"),
        ("import sys; sys.exit(0)", "ends in SystemExit"),
        ("raise KeyboardInterrupt", "ends in KeyboardInterrupt"),
        ("raise GeneratorExit", "ends in GeneratorExit"),
        ("raise MemoryError", "ends in MemoryError"),
        ("class Odd(BaseException): pass\nraise Odd", "ends in Odd"),
        ("def again(): again()\nagain()", "ends in RecursionError"),
        ("orders = (", "ends in SyntaxError"),
        ("import no_such_package", "ends in ModuleNotFoundError"),
        ("import warnings; warnings.warn('old', stacklevel=1)", "ends in UserWarning"),
        ("import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)", "ends in ValueError"),
        ("import time; time.sleep(60)", "takes more than"),
        ("orders = FunctionExpert(None, 'Order Desk', 'Orders.')", "cannot be called"),
        ("orders = FunctionExpert(print, None, 'Orders.')", "the title must be a text"),
        ("orders = FunctionExpert(print, b'Order Desk', 'Orders.')", "the title must be a text"),
        ("orders = FunctionExpert(print, 'Order Desk', 3)", "the purpose must be a text"),
        ("orders = FunctionExpert(print, 'Order Desk', 'Orders.', None)", "icon must be a text"),
        ("orders = FunctionExpert", "no FunctionExpert"),
        (("class Odd(FunctionExpert):\n  title = property(lambda self: 1 / 0)\n"
         "orders = object.__new__(Odd)"), "reading"),
        (("class Odd:\n  __class__ = property(lambda self: 1 / 0)\norders = Odd()"),
         "ends in ZeroDivisionError"),
    ],
)  # fmt: skip
def test_a_bad_package_is_told_with_the_reason_and_the_others_load(
    installed, code, why, monkeypatch
):
    monkeypatch.setattr(entries, "LONGEST", 1.0)
    good, _ = installed({"orders": "orders"})
    name, discovery = installed({"odd": "orders"}, HEADER + code)

    (problem,) = discovery.problems
    assert (problem.package, problem.name) == (f"{name} 1.0", "odd")
    assert why in problem.what
    assert f"{good} 1.0" in [one.package for one in discovery.installed]


def test_an_import_that_does_not_end_is_waited_for_once(installed, monkeypatch):
    monkeypatch.setattr(entries, "LONGEST", 0.5)
    installed({"odd": "orders"}, "import time; time.sleep(60)")

    monkeypatch.setattr(entries, "LONGEST", 600.0)
    (problem,) = discover(library.library()).problems
    assert "takes more than" in problem.what


def test_what_a_package_prints_is_no_output_of_ours(installed, capsys):
    installed({"orders": "orders"}, HEADER + f"print('Loading!')\norders = {ORDERS}")

    assert capsys.readouterr() == ("", "Loading!\n")


@pytest.mark.parametrize(
    ("file", "content", "why"),
    [
        ("entry_points.txt", b"[panelbot.experts]\norders = \xff\xfe", ["UnicodeDecodeError"]),
        ("entry_points.txt", b"[panelbot.experts]\norders", ["TypeError"]),
        ("entry_points.txt", b"[panelbot.experts]\norders = 7:8:9", ["AttributeError"]),
        ("METADATA", b"\xff", ["UnicodeDecodeError"]),
        ("METADATA", None, []),
    ],
)
def test_metadata_may_be_broken(installed, tmp_path, file, content, why):
    name, _ = installed({"orders": "orders"})
    path = tmp_path / f"{name}-1.0.dist-info" / file
    path.unlink() if content is None else path.write_bytes(content)

    good, discovery = installed({"desk": "desk"}, HEADER + f"desk = {ORDERS}".replace("Order ", ""))

    assert f"{good} 1.0" in {one.package for one in discovery.installed}
    problems = [problem.what for problem in discovery.problems]
    assert len(problems) == len(why)
    assert all(map(str.__contains__, problems, why))


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
