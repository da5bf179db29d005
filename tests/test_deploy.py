"""What deploy/ says is so: files are there, names are those the code reads, commands are those there are."""

from __future__ import annotations

import configparser
import re
import shlex
import tomllib
from pathlib import Path

import pytest
import yaml

from cs_metrics.__main__ import parser
from pages._ui.serving import access, health_route
from tests.conftest import ROOT

DEPLOY = ROOT / "deploy"
TEXTS = {p.name: p.read_text() for p in sorted(DEPLOY.iterdir()) if p.is_file() and p.name != ".env"}
CODE = "\n".join(p.read_text() for folder in ("cs_metrics", "pages") for p in (ROOT / folder).rglob("*.py"))
DOCKERFILE = TEXTS["Dockerfile"].replace("\\\n", " ").splitlines()
COMPOSE = yaml.safe_load(TEXTS["compose.yaml"])


def instructions(name: str) -> list[str]:
    return [line.split(maxsplit=1)[1] for line in DOCKERFILE if line.startswith(f"{name} ")]


def test_everything_that_is_named_is_described():
    known = {"Caddyfile", "Dockerfile", "Dockerfile.dockerignore", ".env.example", "README.md", "compose.yaml"}
    assert set(TEXTS) == known | {"Caddyfile.password", "cs-metrics.service", "kubernetes.yaml"}


def test_the_image_copies_what_there_is_and_all_that_the_app_needs():
    copied = [words.split()[:-1] for words in instructions("COPY") if not words.startswith("--from")]
    paths = {path for paths in copied for path in paths}
    assert all((ROOT / path).exists() for path in paths)
    assert {"app.py", "server.py", "cs_metrics", "pages", "data", ".streamlit", "requirements.txt"} <= paths
    assert not {"tests", "docs", ".git", "workspaces"} & paths
    let_in = {line[1:].split("/")[0] for line in TEXTS["Dockerfile.dockerignore"].splitlines() if line.startswith("!")}
    assert let_in == paths


def test_the_image_is_pinned_slim_and_not_run_by_root():
    bases = {words.split()[0] for words in instructions("FROM")}
    assert all(re.fullmatch(r"python:3\.\d+\.\d+-slim-\w+", base) for base in bases)
    assert DOCKERFILE.index("USER csmetrics") < DOCKERFILE.index('CMD ["streamlit", "run", "server.py"]')
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]["postgres"]
    assert f'"{wanted[0]}"' in TEXTS["Dockerfile"]


@pytest.mark.parametrize("name", TEXTS)
def test_names_of_the_environment_are_those_that_the_code_reads(name):
    for variable in set(re.findall(r"CS_METRICS_[A-Z_]+", TEXTS[name])):
        assert re.search(rf"\b{variable}\b", CODE), variable


def test_compose_asks_for_what_the_example_has_and_for_no_more():
    asked = set(re.findall(r"\$\{(\w+)", TEXTS["compose.yaml"]))
    assert asked == set(re.findall(r"^(\w+)=", TEXTS[".env.example"], re.MULTILINE))
    given = set(COMPOSE["services"]["proxy"]["environment"])
    assert given == set(re.findall(r"\{\$(\w+)\}", TEXTS["Caddyfile.password"]))
    assert set(re.findall(r"\{\$(\w+)\}", TEXTS["Caddyfile"])) == {"SITE_DOMAIN"}


def test_compose_fits_together():
    services = COMPOSE["services"]
    assert (DEPLOY / services["app"]["build"]["context"] / services["app"]["build"]["dockerfile"]).is_file()
    assert all("image" in one or "build" in one for one in services.values())
    assert all(re.search(r":\d+\.\d+", one["image"]) for one in services.values() if "image" in one)
    assert [name for name, one in services.items() if "ports" in one] == ["proxy"]
    for one in services.values():
        for volume in one["volumes"]:
            source = re.sub(r"\$\{\w+:-(\w+)\}", r"\1", volume).split(":")[0]
            assert source in COMPOSE["volumes"] or source == "./backups" or (DEPLOY / source).is_file()
        assert set(one.get("depends_on", {})) <= set(services)
    assert re.search(r"reverse_proxy (\w+):(\d+)", TEXTS["Caddyfile"]).groups() == ("app", *instructions("EXPOSE"))
    assert instructions("VOLUME") == [services["app"]["volumes"][0].split(":")[1]]


def test_health_is_asked_where_it_answers():
    routes = {route.path for route in health_route.routes()}
    assert "/healthz" in TEXTS["Dockerfile"]
    (pod,) = (p for p in yaml.safe_load_all(TEXTS["kubernetes.yaml"]) if p["kind"] == "Deployment")
    (container,) = pod["spec"]["template"]["spec"]["containers"]
    for probe in ("livenessProbe", "readinessProbe"):
        assert container[probe]["httpGet"]["path"] in routes
        assert container[probe]["timeoutSeconds"] > health_route.PATIENCE
    assert routes <= set(re.search(r"not path (.+)", TEXTS["Caddyfile.password"])[1].split())


def test_kubernetes_fits_together():
    kinds = {}
    for one in yaml.safe_load_all(TEXTS["kubernetes.yaml"]):
        kinds.setdefault(one["kind"], []).append(one)
    claims = {one["metadata"]["name"] for one in kinds["PersistentVolumeClaim"]}
    job = kinds["CronJob"][0]["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    for pod in (kinds["Deployment"][0]["spec"]["template"]["spec"], job):
        volumes = {one["name"]: one["persistentVolumeClaim"]["claimName"] for one in pod["volumes"]}
        assert set(volumes.values()) <= claims
        assert {m["name"] for c in pod["containers"] for m in c["volumeMounts"]} == set(volumes)
        assert "runAsNonRoot" in pod["securityContext"]
    command = job["containers"][0]["command"]
    assert callable(parser().parse_args(command[3:]).command)


def test_commands_of_the_readme_are_those_there_are():
    lines = [line.split(" #")[0] for text in TEXTS.values() for line in text.splitlines()]
    ours = [shlex.split(line.split("-m cs_metrics ")[1]) for line in lines if "python -m cs_metrics " in line]
    assert {words[0] for words in ours} == {"backup", "restore", "people"}
    assert all(callable(parser().parse_args(words).command) for words in ours)
    for named in re.findall(r"`([\w.-]+)` is a sketch|deploy/([\w.-]+\.service)", TEXTS["README.md"]):
        assert (DEPLOY / next(filter(None, named))).is_file()


def test_the_unit_starts_what_there_is_under_a_user_of_its_own():
    unit = configparser.ConfigParser(strict=False)
    unit.optionxform = str
    unit.read_string(TEXTS["cs-metrics.service"])
    assert unit["Service"]["User"] != "root"
    assert (ROOT / unit["Service"]["ExecStart"].split()[-1]).is_file()
    assert Path(unit["Service"]["WorkingDirectory"]) == Path("/opt/cs-metrics")


def test_the_readme_says_that_nothing_was_built():
    assert "the images were not built" in " ".join(TEXTS["README.md"].split())


def environment(name: str) -> dict[str, str]:
    """The environment of the app as compose and Kubernetes give it, filled in as .env.example or a secret would be."""
    if name == "kubernetes.yaml":
        (pod,) = (p for p in yaml.safe_load_all(TEXTS[name]) if p["kind"] == "Deployment")
        return {
            one["name"]: "x" * access.SHORTEST_SECRET for one in pod["spec"]["template"]["spec"]["containers"][0]["env"]
        }
    filled = dict(re.findall(r"^(\w+)='?(.*?)'?$", TEXTS[".env.example"], re.MULTILINE))
    asked = {k: str(v) for k, v in COMPOSE["services"]["app"]["environment"].items()}
    return {k: re.sub(r"\$\{(\w+)[^}]*\}", lambda found: filled[found[1]], v) for k, v in asked.items()}


OPEN = {**dict.fromkeys(access.OIDC.values(), ""), access.ACCESS: "open"}
FILLED = {
    "CS_METRICS_OIDC_CLIENT_ID": "id", "CS_METRICS_OIDC_CLIENT_SECRET": "secret",
    "CS_METRICS_OIDC_COOKIE_SECRET": "0" * 64,
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "filled", "why"),
    [
        ("compose.yaml", FILLED, ""),
        ("compose.yaml", OPEN, ""),
        ("compose.yaml", {}, "Sign-in needs CS_METRICS_OIDC_CLIENT_ID, CS_METRICS_OIDC_CLIENT_SECRET"),
        ("compose.yaml", {**OPEN, access.ACCESS: ""}, "open to the network (0.0.0.0) without sign-in"),
        ("kubernetes.yaml", {}, ""),
    ],
)
def test_what_is_deployed_starts_with_sign_in_or_said_to_be_open_and_not_otherwise(name, filled, why, monkeypatch):
    address = re.search(r"STREAMLIT_SERVER_ADDRESS=(\S+)", TEXTS["Dockerfile"])[1]
    monkeypatch.setattr(access.st, "get_option", {"server.address": address}.get)
    monkeypatch.setattr(access, "_auth", dict)
    for variable in (*access.OIDC.values(), access.ACCESS):
        monkeypatch.delenv(variable, raising=False)
    for variable, value in {**environment(name), **filled}.items():
        monkeypatch.setenv(variable, value)
    told = access.unsafe()
    assert why in told if why else told == ""


def test_a_plain_machine_does_not_start_without_saying_who_may_come_in():
    assert re.search(r"^EnvironmentFile=/etc/cs-metrics.env$", TEXTS["cs-metrics.service"], re.MULTILINE)
    assert "/etc/cs-metrics.env" in TEXTS["README.md"]
