import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml

from bot import __version__
from bot.adapters.prometheus import metrics
from tests.deploy.conftest import DEFAULTS, shutdown
from tests.docs.snippets import snippets

OVERLAYS = ("http", "socket-mode")
COMPONENTS = ("valkey", "metrics", "autoscaling")


def resources(text: str) -> dict[tuple[str, str], dict]:
    """The resources in *text* by kind and name."""
    all_of_it = filter(None, yaml.safe_load_all(text))
    return {(one["kind"], one["metadata"]["name"]): one for one in all_of_it}


@pytest.fixture
def kubernetes(deploy, tmp_path) -> Path:
    """A copy of the folder, that may be edited."""
    return shutil.copytree(deploy / "kubernetes", tmp_path / "kubernetes")


@pytest.fixture
def render(kubernetes, tool, tmp_path):
    """Write into a file what kustomize makes of an overlay with some components."""

    def make(overlay: str, components: Sequence[str]) -> Path:
        file = kubernetes / "overlays" / overlay / "kustomization.yaml"
        for component in components:  # as its comment says
            line = f"  - ../../components/{component} #"
            assert f"#{line}" in file.read_text()
            file.write_text(file.read_text().replace(f"#{line}", line))
        made = tmp_path / "made.yaml"
        made.write_text(tool("kubectl")("kustomize", file.parent))
        return made

    return make


@pytest.fixture(params=[*OVERLAYS, *(f"{one} with everything" for one in OVERLAYS)])
def rendered(render, request):
    overlay, _, everything = request.param.partition(" with ")
    return render(overlay, COMPONENTS if everything else ())


@pytest.mark.parametrize(
    "name", ["base/web.yaml", "base/worker.yaml", "overlays/http/service.yaml"]
)
def test_what_is_written_is_as_kubernetes_wants_it(deploy, tool, name):
    tool("kubernetes-validate")("--strict", deploy / "kubernetes" / name)


def test_what_is_made_is_as_kubernetes_wants_it(rendered, tool):
    tool("kubernetes-validate")("--strict", rendered)


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_the_image_is_named_as_the_page_says(repository, kubernetes, tool, overlay):
    (named,) = [one.code for one in snippets(repository, "yaml") if one.code.startswith("images:")]
    with (kubernetes / "overlays" / overlay / "kustomization.yaml").open("a") as file:
        file.write(named)

    made = tool("kubectl")("kustomize", kubernetes / "overlays" / overlay)

    assert made.count(f"image: REGISTRY/panelbot:{__version__}\n") == 2


def test_each_overlay_runs_this_version_and_selects_what_it_runs(rendered):
    made = resources(rendered.read_text())
    deployments = {name: one for (kind, name), one in made.items() if kind == "Deployment"}

    assert deployments.keys() == {"panelbot-web", "panelbot-worker"}
    for name, deployment in deployments.items():
        pod = deployment["spec"]["template"]
        (container,) = pod["spec"]["containers"]
        budget = made["PodDisruptionBudget", name]["spec"]
        assert container["image"] == f"panelbot:{__version__}"
        for selector in (deployment["spec"]["selector"], budget["selector"]):
            assert selector["matchLabels"].items() <= pod["metadata"]["labels"].items()


def test_pods_may_do_as_little_as_the_restricted_standard_lets_them(rendered):
    made = resources(rendered.read_text())
    for (kind, _), resource in made.items():
        if kind not in {"Deployment", "StatefulSet"}:
            continue
        pod = resource["spec"]["template"]["spec"]
        assert pod["securityContext"]["runAsNonRoot"]
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert not pod["automountServiceAccountToken"]
        for container in pod["containers"]:
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }


@pytest.mark.parametrize("name", ["web", "worker"])
def test_a_pod_is_given_the_time_to_drain(deploy, name):
    made = resources((deploy / "kubernetes" / "base" / f"{name}.yaml").read_text())
    pod = made["Deployment", f"panelbot-{name}"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    environ = {one["name"]: one["value"] for one in container.get("env", ())}
    before, drain = (5, 5) if name == "web" else (0, shutdown(environ))  # preStop, and HTTP's

    assert environ.keys() <= DEFAULTS.keys()
    assert pod["terminationGracePeriodSeconds"] >= before + drain


@pytest.mark.parametrize("name", ["web", "worker"])
def test_probes_ask_where_the_image_answers(deploy, name):
    made = resources((deploy / "kubernetes" / "base" / f"{name}.yaml").read_text())
    (container,) = made["Deployment", f"panelbot-{name}"]["spec"]["template"]["spec"]["containers"]
    ((health, port),) = ((one["name"], one["containerPort"]) for one in container["ports"])

    assert f" PANELBOT_HEALTH_PORT={port} " in (deploy / "Dockerfile").read_text()
    for kind, path in (("startup", "/livez"), ("liveness", "/livez"), ("readiness", "/readyz")):
        assert container[f"{kind}Probe"]["httpGet"] == {"path": path, "port": health}


def test_a_request_finds_the_port_that_listens(deploy):
    overlay = deploy / "kubernetes" / "overlays" / "http"
    service = resources((overlay / "service.yaml").read_text())["Service", "panelbot"]
    patch = yaml.safe_load((overlay / "web.yaml").read_text())
    (container,) = patch["spec"]["template"]["spec"]["containers"]

    assert [port["targetPort"] for port in service["spec"]["ports"]] == ["http"]
    assert container["ports"] == [{"name": "http", "containerPort": DEFAULTS["PORT"]}]


def test_a_scraper_finds_where_metrics_are(deploy, render):
    made = resources(render("socket-mode", ["metrics"]).read_text())
    for name in ("panelbot-web", "panelbot-worker"):
        pod = made["Deployment", name]["spec"]["template"]
        (container,) = pod["spec"]["containers"]
        (port,) = (one["containerPort"] for one in container["ports"])
        environ = {one["name"]: one["value"] for one in container["env"]}
        assert pod["metadata"]["annotations"] == {
            "prometheus.io/scrape": "true",
            "prometheus.io/port": str(port),
            "prometheus.io/path": "/metrics",
        }
        assert environ["PANELBOT_METRICS"] == "on"
        assert "PANELBOT_DRAIN" in environ or name == "panelbot-web"


def test_the_autoscaler_alone_says_how_many_workers_there_are(repository, render):
    adapter = [one.code for one in snippets(repository, "yaml") if one.code.startswith("external")]
    ((rule,),) = (yaml.safe_load(one)["externalRules"] for one in adapter)
    made = resources(render("http", ["autoscaling"]).read_text())
    scaler = made["HorizontalPodAutoscaler", "panelbot-worker"]["spec"]
    names = {family.name for family in metrics.SHARED.collect()}

    assert made["Deployment", scaler["scaleTargetRef"]["name"]]["kind"] == "Deployment"
    assert "replicas" not in made["Deployment", "panelbot-worker"]["spec"]
    assert made["Deployment", "panelbot-web"]["spec"]["replicas"] == 2
    assert [one["external"]["metric"]["name"] for one in scaler["metrics"]] == [rule["seriesQuery"]]
    assert rule["seriesQuery"] in names
    assert rule["metricsQuery"].startswith(f"max({rule['seriesQuery']}{{")
