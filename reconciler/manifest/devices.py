"""What a field that names a device may say: an alias of the project's devices, or a device of the field's cloud."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reconciler.core.device_name import DEVICE_TYPE, is_pasqal, pasqal_type
from reconciler.core.suggest import did_you_mean, short, shown
from reconciler.manifest.project import DEVICE_ARN

Problem = tuple[str, str, str]  # code, detail, remedy


@dataclass(frozen=True, slots=True)
class _Cloud:
    title: str
    one_device: str
    remedy: str


_CLOUDS = {
    "braket": _Cloud(
        "Amazon Braket",
        "a device's ARN",
        "Add it to the project's spec.devices, or write the device's ARN.",
    ),
    "pasqal": _Cloud(
        "Pasqal",
        "a device type of Pasqal",
        "Add it to the project's spec.devices as {pasqal: DEVICE_TYPE}, or write the device type, like EMU_FREE.",
    ),
}


def device_problem(name: str, cloud: str, known: Mapping[str, str]) -> Problem | None:
    """Code, detail and remedy of a device that can't stand in a field of `cloud`. `known`: text by alias."""
    if name in known:
        named = _cloud_of(known[name])
        return None if named in {cloud, ""} else _other_cloud(name, known[name], cloud, named, known)
    is_arn = DEVICE_ARN.fullmatch(name) is not None
    if is_arn and cloud != "braket":  # turned round, a bare FRESNEL may as well be a mistyped alias
        return _other_cloud(name, "", cloud, "braket", known)
    if is_arn or (cloud == "pasqal" and DEVICE_TYPE.fullmatch(name)):
        return None
    means = _CLOUDS[cloud]
    detail = f"{shown(name)} is neither an alias of the project's devices nor {means.one_device}."
    remedy = did_you_mean(name, _aliases(known, cloud), means.remedy)
    return "project/unknown-device", detail[0].upper() + detail[1:], remedy


def _other_cloud(name: str, means: str, cloud: str, named: str, known: Mapping[str, str]) -> Problem:
    what = f'"{short(name)}" stands for {short(pasqal_type(means))},' if means else f'"{short(name)}" is'
    detail = f"{what} a device of {_CLOUDS[named].title}; this resource runs on {_CLOUDS[cloud].title}."
    aliases = ", ".join(sorted(_aliases(known, cloud))[:12])
    remedy = f"Name one of {_CLOUDS[cloud].title}: {aliases}." if aliases else _CLOUDS[cloud].remedy
    return "project/other-cloud", detail, remedy


def _aliases(known: Mapping[str, str], cloud: str) -> list[str]:
    return [alias for alias, text in known.items() if _cloud_of(text) in {cloud, ""}]


def _cloud_of(text: str) -> str:
    """The cloud of a project's device; empty for a text that is no device."""
    if is_pasqal(text):
        return "pasqal"
    return "braket" if DEVICE_ARN.fullmatch(text) else ""
