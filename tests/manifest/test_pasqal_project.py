"""The project's settings of Pasqal Cloud, and devices of both clouds."""

from __future__ import annotations

from typing import Annotated

import pytest
from pydantic import BaseModel, ConfigDict

from reconciler.core.fields import DeviceName
from reconciler.manifest.load import KindModel, Loaded, load_project
from reconciler.manifest.project import Project
from tests.manifest.generate import KINDS
from tests.manifest.project import PROJECT, SIM, Folder, task

PROJECT_ID = "3fa85f64-5717-4562-b3fc-2c963f66afa6"
BOTH = PROJECT.replace(f'{{sim: "{SIM}"}}', f'{{sim: "{SIM}", fresnel: {{pasqal: FRESNEL}}}}')


class Pulse(BaseModel):
    """A kind of Pasqal, as small as can be."""

    model_config = ConfigDict(extra="forbid", strict=True)
    device: Annotated[str, DeviceName("pasqal")]


def details(folder: Folder, settings: str) -> list[tuple[str, str, str]]:
    folder.write("qctl.yaml", PROJECT + f"  providers:\n    pasqal: {settings}\n")
    return [(str(found.where), found.detail, found.remedy) for found in folder.load().diagnostics]


def test_settings_survive_the_cache_of_desired_resources(folder: Folder) -> None:
    settings = (
        f"{{mode: cloud, projectId: {PROJECT_ID.upper()}, region: sa, window: 90, "
        "endpoints: {core: https://core.example.org/v1/, token: 'http://127.0.0.1:8080/oauth/token'}}"
    )
    folder.write("qctl.yaml", BOTH + f"  providers: {{pasqal: {settings}}}\n")
    loaded = folder.load()
    assert not loaded.diagnostics
    project = loaded.project
    assert project is not None
    pasqal = project.spec.providers.pasqal
    assert (pasqal.mode, pasqal.project_id, pasqal.region, pasqal.window) == ("cloud", PROJECT_ID, "sa", 90)
    assert pasqal.endpoints is not None
    assert (pasqal.endpoints.core, pasqal.endpoints.account) == ("https://core.example.org/v1", None)
    assert project.spec.device_names == {"sim": SIM, "fresnel": "pasqal:FRESNEL"}
    assert Project.model_validate(project.model_dump(mode="json", by_alias=True)) == project


def test_the_local_cloud_is_the_default(folder: Folder) -> None:
    project = folder.load().project
    assert project is not None
    pasqal = project.spec.providers.pasqal
    assert (pasqal.mode, pasqal.region, pasqal.window, pasqal.project_id) == ("local", "eu", 300, None)
    assert details(folder, "{window: 0}") == []


def test_what_the_mode_needs_and_refuses(folder: Folder) -> None:
    at, name = "qctl.yaml:7:13", "spec.providers.pasqal"
    needed = 'mode "cloud" needs the projectId of the project that pays'
    assert details(folder, "{mode: cloud}") == [(at, f"{name}: {needed}.", "")]
    short = "a window of 5 seconds is too short, 60 is the least: the service may show a batch minutes after it took it"
    assert details(folder, "{mode: cloud, window: 5}") == [(at, f"{name}: {needed}; {short}.", "")]
    assert details(folder, f"{{projectId: {PROJECT_ID}, endpoints: {{core: https://x.org}}}}") == [
        (at, f'{name}: projectId and endpoints: only for mode "cloud", the local cloud has its own.', "")
    ]
    assert details(folder, "{projectId: mine}") == [
        (
            "qctl.yaml:7:25",
            f"{name}.projectId: a project id of Pasqal is a UUID, like 00000000-0000-4000-8000-00000000c0de.",
            "",
        )
    ]


@pytest.mark.parametrize(
    "url",
    [
        "http://apis.pasqal.cloud/core-fast",
        "http://127.0.0.1.example.org",
        "http://[fe80::1]/x",
        "https://user:secret@apis.pasqal.cloud",
        "https://apis.pasqal.cloud/x?y=1",
        "https://apis.pasqal.cloud:99999",
        "https://[::1",
        "ftp://127.0.0.1",
        "apis.pasqal.cloud",
        "https://",
    ],
)
def test_endpoints_that_could_leak_a_login(folder: Folder, url: str) -> None:
    ((where, detail, _),) = details(folder, f"{{mode: cloud, projectId: {PROJECT_ID}, endpoints: {{core: '{url}'}}}}")
    assert where.startswith("qctl.yaml:7:")
    assert detail.startswith("spec.providers.pasqal.endpoints.core: an endpoint is")


@pytest.mark.parametrize(
    "url", ["http://localhost:4566/x", "http://[::1]:80", "http://127.0.0.1", "https://a.org:8443"]
)
def test_endpoints_that_are_fine(folder: Folder, url: str) -> None:
    assert details(folder, f"{{mode: cloud, projectId: {PROJECT_ID}, endpoints: {{core: '{url}'}}}}") == []


@pytest.mark.parametrize(
    ("key", "variables"),
    [
        ("username", "PASQAL_USERNAME and PASQAL_PASSWORD"),
        ("password", "PASQAL_USERNAME and PASQAL_PASSWORD"),
        ("clientId", "PASQAL_CLIENT_ID and PASQAL_CLIENT_SECRET"),
        ("clientSecret", "PASQAL_CLIENT_ID and PASQAL_CLIENT_SECRET"),
        ("token", "PASQAL_TOKEN"),
    ],
)
def test_secrets_are_sent_to_the_environment_and_not_repeated(folder: Folder, key: str, variables: str) -> None:
    assert details(folder, f"{{{key}: hunter2}}") == [
        (
            "qctl.yaml:7:14",
            f'"{key}" is no key of spec.providers.pasqal.',
            f"Remove it: no secret stands in a manifest. Set {variables} in the environment.",
        )
    ]
    assert "hunter2" not in repr(folder.load().diagnostics)


def test_devices_that_are_none(folder: Folder) -> None:
    def found(device: str) -> list[str]:
        folder.write("qctl.yaml", PROJECT.replace(f'"{SIM}"', device))
        return [f"{d.where} {d.detail}" for d in folder.load().diagnostics]

    assert found("FRESNEL") == [
        "qctl.yaml:5:18 spec.devices.sim: expected the ARN of a device (arn:aws:braket:REGION::device/…), "
        "or {pasqal: DEVICE_TYPE} for one of Pasqal."
    ]
    assert found("{pasqal: fresnel}") == [
        "qctl.yaml:5:27 spec.devices.sim.pasqal: a device type of Pasqal has capital letters, digits and _, "
        "like FRESNEL or EMU_FREE."
    ]
    assert found("{pascal: FRESNEL}") == [
        'qctl.yaml:5:13 spec.devices.sim has no "pasqal".',
        'qctl.yaml:5:19 "pascal" is no key of spec.devices.sim.',
    ]
    assert found("[1]") == ["qctl.yaml:5:18 spec.devices.sim: expected a text or a mapping, found a list."]


def test_a_device_belongs_to_one_cloud(folder: Folder) -> None:
    def load(device: str) -> Loaded:
        pulse = "apiVersion: qctl/v1alpha1\nkind: Pulse\nmetadata: {name: p}\nspec: {device: " + device + "}\n"
        folder.write("tasks.yaml", pulse)
        return load_project(folder.root, kinds={**KINDS, "Pulse": KindModel(Pulse, {"device": "spec"})})

    def pulse(device: str) -> list[tuple[str, str, str]]:
        return [(found.code, found.detail, found.remedy) for found in load(device).diagnostics]

    folder.write("qctl.yaml", BOTH)
    assert pulse("fresnel") == pulse("EMU_FREE") == pulse("FRESNEL") == []
    assert pulse("sim") == [
        (
            "project/other-cloud",
            f'"sim" stands for {SIM}, a device of Amazon Braket; this resource runs on Pasqal.',
            "Name one of Pasqal: fresnel.",
        )
    ]
    assert [code for code, _, _ in pulse(SIM)] == ["project/other-cloud"]
    assert pulse("fresnl") == [
        (
            "project/unknown-device",
            'The text "fresnl" is neither an alias of the project\'s devices nor a device type of Pasqal.',
            'Did you mean "fresnel"?',
        )
    ]
    assert [(d.code, str(d.where)) for d in load("pasqal:FRESNEL").diagnostics] == [
        ("project/unknown-device", "tasks.yaml:4:16")
    ]
    assert [(d.code, d.remedy) for d in folder.load(task("t", device="fresnel")).diagnostics] == [
        ("project/other-cloud", "Name one of Amazon Braket: sim.")
    ]
    assert [d.code for d in folder.load(task("t", device="FRESNEL")).diagnostics] == ["project/unknown-device"]


def test_a_broken_project_still_knows_its_devices(folder: Folder) -> None:
    folder.write("qctl.yaml", BOTH + "  budgets: 1\n")
    found = folder.load(task("a"), task("b", device="fresnel"), task("c", device="smi"))
    assert [d.code for d in found.diagnostics] == [
        "manifest/unknown-key",
        "project/other-cloud",
        "project/unknown-device",
    ]


def test_tags_that_no_cloud_keeps_are_refused(folder: Folder) -> None:
    """A tag that is dropped without a word is looked for in vain later."""
    head = "apiVersion: qctl/v1alpha1\nkind: Pulse\nmetadata: {name: a, tags: {owner: me}}\n"
    folder.write("qctl.yaml", BOTH)
    folder.write("pulse.yaml", head + "spec: {device: fresnel}\n")
    loaded = load_project(folder.root, kinds={"Pulse": KindModel(Pulse, {})})
    assert [(str(d.where), d.code, d.detail) for d in loaded.diagnostics] == [
        ("pulse.yaml:3:21", "manifest/unknown-key", "Pulse takes no tags: its cloud keeps none for it.")
    ]
