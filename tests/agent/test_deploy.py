"""The files of examples/deploy say what is there: options, paths, health checks; and keep the rules of their trades."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from reconciler.cli.main import cli
from reconciler.cli.reconcile import command

HOUSE = Path(__file__).parents[2]
DEPLOY = HOUSE / "examples" / "deploy"
_UID = "10001"
_NAMES = [max(parameter.opts, key=len).strip("-").replace("-", "_") for parameter in command.params]
_OPTIONS = {f"QCTL_RECONCILE_{name}".upper() for name in _NAMES}  # by the options' names, as the command hears them


def _text(name: str) -> str:
    return (DEPLOY / name).read_text("utf-8")


def _instructions() -> list[tuple[str, str]]:
    """Of the Dockerfile, with continued lines put together."""
    lines = re.sub(r"\\\n\s*", " ", re.sub(r"(?m)^#.*\n", "", _text("Dockerfile"))).splitlines()
    return [(head, rest) for head, _, rest in (line.partition(" ") for line in lines) if head]


def _deployment() -> dict[str, Any]:
    documents = {document["kind"]: document for document in yaml.safe_load_all(_text("kubernetes.yml"))}
    return documents["Deployment"]["spec"]  # type: ignore[no-any-return]


def _parsed(arguments: list[str]) -> dict[str, Any]:
    """What the command makes of them. Raises click's errors."""
    parent = click.Context(cli, help_option_names=["-h", "--help"])  # or the command would remember another help
    return command.make_context("reconcile", arguments, parent=parent).params


def _unit() -> dict[str, list[str]]:
    """Keys of [Service] with all their values."""
    section = _text("qctl-agent.service").partition("[Service]")[2].partition("[Install]")[0]
    found: dict[str, list[str]] = {}
    for line in section.splitlines():
        if "=" in line and not line.startswith("#"):
            name, _, value = line.partition("=")
            found.setdefault(name, []).append(value)
    return found


@pytest.mark.parametrize("name", ["Dockerfile", "agent.env", "kubernetes.yml", "qctl-agent.service", "README.md"])
def test_every_variable_is_an_option(name: str) -> None:
    named = set(re.findall(r"QCTL_RECONCILE_[A-Z_]+", _text(name)))
    assert named
    assert named <= _OPTIONS


def test_the_image() -> None:
    told = _instructions()
    bases = [rest.split()[0] for head, rest in told if head == "FROM"]
    assert bases
    assert all(re.fullmatch(r"[a-z]+:\d+\.\d+\.\d+[a-z0-9.-]*", base) for base in bases), "pinned, and never latest"
    kinds = [head for head, _ in told]
    last = dict(told)
    assert last["USER"] == _UID
    assert kinds.index("USER") < kinds.index("ENTRYPOINT")
    assert any(head == "RUN" and f"useradd --uid {_UID} --gid {_UID} " in rest for head, rest in told)
    assert "/healthz" in last["HEALTHCHECK"]
    assert "8643" in last["HEALTHCHECK"]
    assert last["ENTRYPOINT"] == '["qctl", "reconcile"]'
    assert "EXPOSE" not in kinds
    copied = [rest.split()[:-1] for head, rest in told if head == "COPY" and not rest.startswith("--from")]
    assert all((HOUSE / name).exists() for names in copied for name in names)
    extras = tomllib.loads((HOUSE / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    assert last["ARG"].startswith("EXTRAS=")
    named = last["ARG"].removeprefix("EXTRAS=").split(",")
    assert "agent" in named
    assert set(named) <= extras.keys()
    assert '".[$EXTRAS]"' in _text("Dockerfile")


def test_the_deployment() -> None:
    spec = _deployment()
    assert (spec["replicas"], spec["strategy"]["type"]) == (1, "Recreate")
    pod = spec["template"]["spec"]
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert str(pod["securityContext"]["runAsUser"]) == _UID
    (container,) = pod["containers"]
    assert not container["image"].endswith(":latest")
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert set(container["resources"]) == {"requests", "limits"}
    assert container["readinessProbe"]["httpGet"] == {"path": "/healthz", "port": "status"}
    assert container["livenessProbe"]["httpGet"]["path"] == "/livez"
    assert {"name": "status", "containerPort": 8643} in container["ports"]
    mounted = {mount["name"] for mount in container["volumeMounts"]}
    assert mounted == {volume["name"] for volume in pod["volumes"]}
    labels = spec["template"]["metadata"]["labels"]
    assert spec["selector"]["matchLabels"].items() <= labels.items()
    assert "secretRef" in container["envFrom"][0]
    assert not any("SECRET" in entry["name"] or "PASSWORD" in entry["name"] for entry in container["env"])
    parsed = _parsed(list(container["args"]))
    assert parsed["listen"].endswith(":8643")


def test_the_unit() -> None:
    told = _unit()
    arguments = told["ExecStart"][0].split()
    assert arguments[:2] == ["/opt/qctl/bin/qctl", "reconcile"]
    assert _parsed(arguments[2:])["as_json"] is True
    assert told["StateDirectory"] == ["qctl"]
    assert told["EnvironmentFile"] == ["/etc/qctl/agent.env"]
    for name, value in (
        ("NoNewPrivileges", "yes"),
        ("ProtectSystem", "strict"),
        ("ProtectHome", "yes"),
        ("PrivateTmp", "yes"),
        ("DynamicUser", "yes"),
        ("CapabilityBoundingSet", ""),
        ("KillSignal", "SIGTERM"),
    ):
        assert told[name] == [value]


def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("no systemd-analyze on this machine")
    there = re.sub(r"(?m)^ExecStart=\S+", "ExecStart=/bin/true", _text("qctl-agent.service"))
    unit = tmp_path / "qctl-agent.service"
    unit.write_text(there, "utf-8")
    done = subprocess.run([analyze, "verify", str(unit)], capture_output=True, text=True, check=False)
    assert "qctl-agent.service" not in done.stderr
    unit.write_text(there.replace("ProtectSystem=strict", "ProtectSystm=strict"), "utf-8")
    wrong = subprocess.run([analyze, "verify", str(unit)], capture_output=True, text=True, check=False)
    assert "ProtectSystm" in wrong.stderr, "or this test could not fail"
