import re

import pytest
import yaml

from bot import __version__
from tests.deploy.conftest import DEFAULTS, shutdown


@pytest.fixture
def compose(deploy):
    return yaml.safe_load((deploy / "compose.yaml").read_text())


def test_the_dockerfile_is_as_hadolint_wants_it(deploy, tool):
    tool("hadolint")(deploy / "Dockerfile")


def test_an_image_is_built_from_what_is_listed_so_that_no_env_file_is_in_it(repository):
    listed = (repository / ".dockerignore").read_text().splitlines()
    patterns = [line for line in listed if line and not line.startswith("#")]

    assert patterns[0] == "*"
    assert all((repository / one[1:]).exists() for one in patterns if one.startswith("!"))
    assert not [one for one in patterns if one.startswith("!") and "env" in one]


def test_an_image_runs_as_a_number_that_is_not_root(deploy):
    users = re.findall(r"^USER (.+)$", (deploy / "Dockerfile").read_text(), re.MULTILINE)

    assert [re.fullmatch(r"[1-9]\d*:[1-9]\d*", user) is not None for user in users] == [True]


def test_the_compose_file_is_as_its_schema_wants_it(deploy, tool):
    tool("check-jsonschema")("--builtin-schema", "vendor.compose-spec", deploy / "compose.yaml")


def test_compose_waits_for_the_drain(compose):
    bots = [one for one in compose["services"].values() if one["image"].startswith("panelbot:")]

    assert [one["image"] for one in bots] == [f"panelbot:{__version__}"] * 2
    for bot in bots:
        assert bot["environment"].keys() <= DEFAULTS.keys()
        assert float(bot["stop_grace_period"].removesuffix("s")) >= shutdown(bot["environment"])


def test_what_compose_keeps_is_written_to_a_file(compose):
    valkey = compose["services"]["valkey"]

    assert "--appendonly yes" in " ".join(valkey["command"])
    assert valkey["volumes"] == ["valkey:/data"]
