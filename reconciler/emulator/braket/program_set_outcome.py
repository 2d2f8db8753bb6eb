import json
from collections.abc import Mapping
from typing import Any

from reconciler.emulator.braket.outcome import RESULTS, Outcome, task_metadata
from reconciler.emulator.braket.task import Task
from reconciler.simulate.program_set_run import Executed, run_program_set, split_inputs

Document = dict[str, Any]


def run_set(task: Task, action: str, seed: int, split: bool) -> Outcome:
    """Run a program set. A FAILED one leaves results too, which say why each executable failed.

    With `split` they are spread over files as on Forte-1 (seen in August 2026), else all in one.
    """
    programs = json.loads(action)["programs"]
    if task.doom is not None:
        ran = [[Executed(failure=task.doom) for _ in split_inputs(program)] for program in programs]
        results = [_executables(executed, "DEVICE") for executed in ran]
    else:
        ran = run_program_set(action, task.shots, seed)
        results = [_executables(executed, "COMPILATION") for executed in ran]
    shots = sum(len(one.measurements) for executed in ran for one in executed)
    metadata = _metadata(task, results, shots)
    sources = [_source(program) for program in programs]
    files = _spread(task, sources, results, metadata) if split else _together(sources, results, metadata)
    return Outcome(files, None if shots else ran[0][0].failure, shots)


def _together(sources: list[Document], results: list[list[Document]], metadata: Document) -> dict[str, Document]:
    entries = [_program(source, executables) for source, executables in zip(sources, results, strict=True)]
    return {RESULTS: _header("program_set_task_result", programResults=entries, taskMetadata=metadata)}


def _spread(
    task: Task, sources: list[Document], results: list[list[Document]], metadata: Document
) -> dict[str, Document]:
    files = {"metadata.json": metadata}
    folders = [f"programs/{index}" for index in range(len(sources))]
    for folder, source, executables in zip(folders, sources, results, strict=True):
        paths = [f"executables/{place}.json" for place in range(len(executables))]
        files |= {f"{folder}/{path}": document for path, document in zip(paths, executables, strict=True)}
        files[f"{folder}/program.json"] = source
        # These paths begin at the program's own folder, those of the programs at the task's.
        files[f"{folder}/{RESULTS}"] = _program("program.json", paths)
    files[RESULTS] = _header(
        "program_set_task_result",
        programResults=[f"{folder}/{RESULTS}" for folder in folders],
        taskMetadata="metadata.json",
        s3Location=[task.bucket, task.directory],
    )
    return files


def _program(source: Document | str, executables: list[Document] | list[str]) -> Document:
    return _header("program_result", executableResults=executables, source=source, additionalMetadata={})


def _source(program: Mapping[str, Any]) -> Document:
    header = {"braketSchemaHeader": {"name": "braket.ir.openqasm.program", "version": "1"}}
    return header | {key: program[key] for key in ("source", "inputs") if program.get(key) is not None}


def _executables(executed: list[Executed], category: str) -> list[Document]:
    return [_executable(one, place, category) for place, one in enumerate(executed)]


def _executable(one: Executed, place: int, category: str) -> Document:
    if one.failure:
        failure = {"failureReason": one.failure, "retryable": category == "DEVICE", "category": category}
        return _header("program_set_executable_failure", inputsIndex=place, failureMetadata=failure)
    return _header(
        "program_set_executable_result",
        inputsIndex=place,
        measurements=one.measurements,
        measuredQubits=one.measured_qubits,
    )


def _metadata(task: Task, results: list[list[Document]], shots: int) -> Document:
    failures = [[one.get("failureMetadata", {}) for one in executables] for executables in results]
    return _header(
        "program_set_task_metadata",
        **task_metadata(task, "COMPLETED" if shots else "FAILED"),
        requestedShots=task.shots,
        successfulShots=shots,
        programMetadata=[{"executables": executables} for executables in failures],
        totalFailedExecutables=sum(bool(failure) for executables in failures for failure in executables),
    )


def _header(name: str, **members: Any) -> Document:
    return {"braketSchemaHeader": {"name": f"braket.task_result.{name}", "version": "1"}} | members
