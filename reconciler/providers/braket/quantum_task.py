"""QuantumTask: what a declaration means, and the request that makes it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Literal

from pydantic import BaseModel

from reconciler.core.attempt import LOCAL_ACCOUNT, Place
from reconciler.core.declared import Declared, SourceFile
from reconciler.core.digest import canonical, digest, run_digest, sha256
from reconciler.core.duration import seconds_of
from reconciler.core.freshness import Freshness as FreshnessRule
from reconciler.core.openqasm import canonical_openqasm
from reconciler.core.plain import plain
from reconciler.core.ports import ProjectContext
from reconciler.core.qasm.jaqcd import from_jaqcd
from reconciler.core.qasm.translate import translate
from reconciler.core.resource import Resource
from reconciler.core.simulation import Trial
from reconciler.providers.braket.task_spec import ATTRIBUTES, Freshness, Output, QuantumTaskSpec
from reconciler.providers.cost_spec import ceiling_of
from reconciler.providers.expect_spec import expectation_of
from reconciler.providers.running import rules_of

_BUNDLES = {"task": "", "programSet": "always", "auto": "auto"}
_AHS = "braket.ir.ahs.program"
OPENQASM_HEADER = {"name": "braket.ir.openqasm.program", "version": "1"}


@dataclass(frozen=True, slots=True)
class TaskPayload:
    """What the create request needs beyond the digest. `language` is openqasm, ahs or ir.

    `source` holds the program as Braket gets it: one written in other words has been translated.
    """

    declared: Declared
    language: str
    source: SourceFile
    inputs: Mapping[str, Any]
    spec: QuantumTaskSpec

    def action(self) -> str:
        """The `action` text of CreateQuantumTask, the same for the same program."""
        if self.language != "openqasm":
            return self.source.text
        program: dict[str, Any] = {"braketSchemaHeader": OPENQASM_HEADER, "source": self.source.text}
        if self.inputs:
            program["inputs"] = dict(self.inputs)
        return canonical(program)


class QuantumTask:
    """One run of one program on one Amazon Braket device."""

    name = "QuantumTask"
    cloud = "braket"
    repeats = True
    marks = True
    result: Literal["task", "job", "document"] = "task"
    model: type[BaseModel] = QuantumTaskSpec
    attributes: Mapping[str, Literal["spec", "late"]] = ATTRIBUTES

    def desired(self, declared: Declared, context: ProjectContext) -> Resource:
        """The resource with its digests; see Kind."""
        spec: QuantumTaskSpec = declared.spec
        device = context.devices.get(spec.device, spec.device)
        payload = _payload(declared, spec, device)
        text = _meaning(payload.language, payload.source.text)
        inputs = {name: plain(value) for name, value in payload.inputs.items()}
        program = digest({"inputs": inputs, "language": payload.language, "text": text})
        execution: dict[str, Any] = {"device": device, "shots": spec.shots}
        if spec.device_parameters:
            execution["deviceParameters"] = plain(spec.device_parameters)
        if spec.experimental_capabilities:
            execution["experimentalCapabilities"] = spec.experimental_capabilities
        shown = {**execution, "program": sha256(text)[:16]}
        if inputs:
            shown["inputs"] = inputs
        digests = (run_digest(program, execution), *(run_digest(older, execution) for older in _older(declared, spec)))
        return Resource(
            address=declared.address,
            digests=digests,
            program=program,
            execution=shown,
            tags={**context.tags, **spec.tags},
            delivery=delivery_of(spec.output, context),
            rules=replace(rules_of(spec.run), freshness=_freshness_of(spec.freshness)),
            depends=declared.depends,
            ceiling=ceiling_of(spec.cost),
            payload=payload,
            bundle=_BUNDLES[spec.submit] if declared.address.key else "",
            expect=expectation_of(spec.expect, context.simulate),
        )

    def trials(self, resource: Resource) -> list[Trial]:
        """The program with its inputs, as they would be sent; see Trying."""
        payload: TaskPayload = resource.payload
        language, text, inputs = _read_action(payload.action())
        return [Trial(resource.digest, language, text, inputs, str(resource.execution["device"]))]


def _payload(declared: Declared, spec: QuantumTaskSpec, device: str) -> TaskPayload:
    language = next(word for word in ("openqasm", "ahs", "ir") if getattr(spec.program, word) is not None)
    source = declared.files[f"program.{language}"]
    if language == "openqasm":
        source = _translated(source, "/qpu/" in device)
    elif language == "ir":
        language, source = _modern(source)
    return TaskPayload(declared, language, source, spec.program.inputs, spec)


def _read_action(text: str) -> tuple[str, str, dict[str, Any]]:
    """The language, the text and the inputs of an action in Braket's JSON; one that is no program keeps its name."""
    try:
        document = json.loads(text)
        name = document["braketSchemaHeader"]["name"]
        if name == OPENQASM_HEADER["name"]:
            return "openqasm", str(document["source"]), dict(document.get("inputs") or {})
    except (ValueError, KeyError, TypeError, RecursionError):
        return "action that can't be read", text, {}
    return ("ahs" if name == _AHS else str(name)[:80]), text, {}


def _older(declared: Declared, spec: QuantumTaskSpec) -> Iterator[str]:
    """The program's digest before JAQCD was translated: what was paid under it is not paid again."""
    if spec.program.ir is not None and (source := declared.files["program.ir"]) is not _modern(source)[1]:
        yield digest({"inputs": {}, "language": "ir", "text": _meaning("ir", source.text)})


@lru_cache(maxsize=4096)
def _modern(source: SourceFile) -> tuple[str, SourceFile]:
    """JAQCD in OpenQASM; every other action as it is."""
    found = from_jaqcd(source.text)
    if found is None or found.problems:
        return "ir", source
    return "openqasm", replace(source, text=found.text)


@lru_cache(maxsize=4096)
def _translated(source: SourceFile, barriers: bool) -> SourceFile:
    """The program in Braket's words, on the same lines. Simulators know no barriers, and need none."""
    text = translate(source.text, barriers=barriers).text
    return source if text == source.text else replace(source, text=text)


@lru_cache(maxsize=4096)
def _meaning(language: str, text: str) -> str:
    """The program without its layout. A JSON program that can't be read is taken as it stands: the checks name it."""
    if language == "openqasm":
        return canonical_openqasm(text)
    try:
        return canonical(plain(json.loads(text)))
    except (ValueError, RecursionError):
        return text


def delivery_of(output: Output | None, context: ProjectContext) -> dict[str, str]:
    """Where results go: as declared, else by the project. The bucket is empty for the service's default one."""
    if output is not None:
        return {"output.bucket": output.bucket, "output.prefix": output.prefix}
    prefix = context.prefix or f"qctl/{context.name}"
    return {"output.bucket": context.bucket, "output.prefix": prefix}


def _freshness_of(said: Freshness | None) -> FreshnessRule | None:
    if said is None:
        return None
    age = seconds_of(said.max_age) if said.max_age is not None else None
    return FreshnessRule(age, said.on_calibration_change, said.on_stale == "rerun", said.max_new_runs)


def create_request(resource: Resource, token: str, tags: Mapping[str, str], place: Place) -> dict[str, Any]:
    """The parameters of CreateQuantumTask, equal on every machine: a repeated token must meet an equal request."""
    payload: TaskPayload = resource.payload
    bucket = (
        resource.delivery["output.bucket"]
        or f"amazon-braket-{place.region}-{place.account.removeprefix(LOCAL_ACCOUNT)}"
    )
    request: dict[str, Any] = {
        "clientToken": token,
        "deviceArn": resource.execution["device"],
        "shots": resource.execution["shots"],
        "action": payload.action(),
        "outputS3Bucket": bucket,
        "outputS3KeyPrefix": resource.delivery["output.prefix"],
        "tags": dict(tags),
    }
    if payload.spec.device_parameters:
        request["deviceParameters"] = canonical(payload.spec.device_parameters)
    if payload.spec.experimental_capabilities:
        request["experimentalCapabilities"] = {"enabled": payload.spec.experimental_capabilities}
    return request
