import os
import re
import shutil
import sys

import pytest

from tests.deploy.conftest import shutdown

UNITS = ("panelbot-web.service", "panelbot-worker@1.service")
PROGRAM = "/opt/panelbot/bin/panelbot"
MOST_EXPOSED = 1.5  # of 10, as systemd-analyze counts


@pytest.fixture
def units(deploy, tmp_path):
    """The units, with a program that is there."""
    folder = tmp_path / "units"
    shutil.copytree(deploy / "systemd", folder)
    for unit in folder.glob("*.service"):
        text = unit.read_text()
        assert f"ExecStart={PROGRAM} " in text
        unit.write_text(text.replace(PROGRAM, sys.executable))
    return folder


@pytest.mark.parametrize("unit", UNITS)
def test_systemd_understands_each_unit(units, tool, unit):
    path = f"{units}{os.pathsep}"
    tool("systemd-analyze")("verify", "--man=no", units / unit, SYSTEMD_UNIT_PATH=path)


@pytest.mark.parametrize("unit", UNITS)
def test_each_unit_is_exposed_to_little(units, tool, unit):
    told = tool("systemd-analyze")(
        "security", "--offline=yes", "--no-pager", units / unit, SYSTEMD_UNIT_PATH=str(units)
    )
    exposure = re.search(r"Overall exposure level for \S+: ([\d.]+)", told)

    assert float(exposure[1]) <= MOST_EXPOSED, told


def test_libraries_find_a_home_and_functions_finish_while_a_worker_drains(deploy):
    common = (deploy / "systemd" / "panelbot-.service.d" / "service.conf").read_text()

    assert "\nEnvironment=HOME=/tmp\n" in common  # where systemd names no user, Slack's fails
    assert "\nKillMode=mixed\n" in common  # else their processes are sent SIGTERM, too


@pytest.mark.parametrize("name", ["panelbot-web.service", "panelbot-worker@.service"])
def test_systemd_waits_for_the_drain(deploy, name):
    settings = dict(
        re.findall(r"^(\w+)=(.+)$", (deploy / "systemd" / name).read_text(), re.MULTILINE)
    )
    environ = dict([settings["Environment"].split("=")]) if "Environment" in settings else {}
    needed = 10 if "web" in name else shutdown(environ)  # requests have three seconds

    assert float(settings["TimeoutStopSec"]) >= needed
