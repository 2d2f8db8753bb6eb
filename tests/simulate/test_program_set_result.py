"""Reading the results of program sets, which come from a bucket that others may write to."""

import copy
import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.simulate.program_set_result import (
    Executable,
    ResultUnreadable,
    is_program_set,
    parse_program_set,
)
from reconciler.simulate.result import TaskMetadata, TaskResult

Doc = dict[str, Any]
METADATA = TaskMetadata("arn:task", "arn:device", "2026-08-09T00:00:00.000Z", "", None)
SICK = {"failureReason": "The QPU was ill", "retryable": True, "category": "DEVICE"}


def header(name: str, **members: Any) -> Doc:
    return {"braketSchemaHeader": {"name": f"braket.task_result.{name}", "version": "1"}} | members


def executable(place: int, **measured: Any) -> Doc:
    return header("program_set_executable_result", inputsIndex=place, measuredQubits=[0, 3]) | measured


def metadata(**changes: Any) -> Doc:
    told: Doc = {
        "id": "arn:task",
        "deviceId": "arn:device",
        "createdAt": "2026-08-09T00:00:00.000Z",
        "requestedShots": 16,
        "successfulShots": 8,
        "programMetadata": [{"executables": [{}, SICK]}, {"executables": [{}, {"status": "CANCELLED"}]}],
        "totalFailedExecutables": 1,
    }
    return header("program_set_task_metadata", **told | changes)


def spread(**changes: Any) -> dict[str, Any]:
    """The files of a task as Forte-1 left them in August 2026, with another program and what can go wrong."""
    failure = header("program_set_executable_failure", inputsIndex=1, failureMetadata=SICK)
    return {
        "results.json": header(
            "program_set_task_result",
            programResults=["programs/0/results.json", "programs/1/results.json"],
            taskMetadata="metadata.json",
            s3Location=["another-bucket", "elsewhere"],
        ),
        "metadata.json": metadata(),
        "programs/0/results.json": header(
            "program_result", executableResults=["executables/1.json", "executables/0.json"], source="program.json"
        ),
        "programs/0/executables/0.json": executable(0, measurementProbabilities={"00": 0.25, "11": 0.75}),
        "programs/0/executables/1.json": failure,
        "programs/1/results.json": header("program_result", executableResults=["executables/0.json"]),
        "programs/1/executables/0.json": executable(0, measurements=[[0, 1]] * 3, measuredQubits=None),
    } | changes


def together(files: Mapping[str, Any]) -> Doc:
    """The same in one document."""
    document = copy.deepcopy(files["results.json"])
    document["taskMetadata"] = files["metadata.json"]
    document["programResults"] = [copy.deepcopy(files[path]) for path in document["programResults"]]
    for index, program in enumerate(document["programResults"]):
        program["executableResults"] = [files[f"programs/{index}/{path}"] for path in program["executableResults"]]
    return dict(document)


def read(files: Mapping[str, Any]) -> tuple[Executable, ...]:
    return parse_program_set(json.dumps(files["results.json"]), lambda path: json.dumps(files[path]))


READ = (
    Executable(0, 0, TaskResult(4, {"00": 1, "11": 3}, {"00": 0.25, "11": 0.75}, (0, 3), (), METADATA, 4)),
    Executable(0, 1, None, "The QPU was ill"),
    Executable(1, 0, TaskResult(4, {"01": 3}, {"01": 1.0}, (0, 1), (), METADATA, 3)),
    Executable(1, 1, None, "CANCELLED"),
)


def test_files_become_executables_in_the_order_of_the_set() -> None:
    assert read(spread()) == READ


def test_one_file_says_the_same() -> None:
    def never(path: str) -> str:
        raise AssertionError(path)

    assert parse_program_set(json.dumps(together(spread())), never) == READ


def test_an_executable_nobody_speaks_of_has_no_result() -> None:
    silent = spread(
        **{"metadata.json": metadata(programMetadata=[{"executables": [{}, {}]}, {"executables": [{}, {}]}])}
    )
    assert read(silent)[3] == Executable(1, 1, None, "The cloud gives no result for it.")


def test_program_sets_are_told_from_other_results() -> None:
    assert is_program_set(json.dumps(spread()["results.json"]))
    assert not is_program_set(json.dumps(header("gate_model_task_result")))
    with pytest.raises(ResultUnreadable, match="not JSON"):
        is_program_set("<html>")


@pytest.mark.parametrize(
    "path",
    ["/etc/passwd", "../other/results.json", "programs/../../x", "a//b", "", "./x", "a/.hidden", "x" * 257, "a\n", "é"],
)
@pytest.mark.parametrize("where", ["programs", "executables", "metadata"])
def test_no_path_leads_out_of_the_tasks_folder(path: str, where: str) -> None:
    files, asked = spread(), []
    if where == "programs":
        files["results.json"]["programResults"][0] = path
    elif where == "executables":
        files["programs/0/results.json"]["executableResults"][0] = path
    else:
        files["results.json"]["taskMetadata"] = path

    def fetch(path: str) -> str:
        asked.append(path)
        return json.dumps(files[path])

    with pytest.raises(ResultUnreadable, match="is not the path of a result"):
        parse_program_set(json.dumps(files["results.json"]), fetch)
    assert set(asked) <= spread().keys()


def test_what_fetching_raises_comes_through() -> None:
    files = spread()
    del files["programs/1/executables/0.json"]
    with pytest.raises(KeyError):
        read(files)


MANY: list[Doc] = [{"executables": [{}] * 10_001}]
BAD = [
    ({"results.json": header("gate_model_task_result")}, "stands where braket.task_result.program_set_task_result"),
    ({"metadata.json": header("program_result")}, "stands where braket.task_result.program_set_task_metadata"),
    ({"metadata.json": metadata(programMetadata=MANY)}, "at most 10000 are read"),
    ({"metadata.json": metadata(programMetadata=[{"executables": [{}]}])}, "2 programs, its metadata 1"),
    ({"metadata.json": metadata(programMetadata=[{"executables": []}] * 2)}, "2 results for 0 executables"),
    ({"metadata.json": metadata(programMetadata=[[], []])}, "a program's metadata is not an object"),
    ({"metadata.json": metadata(requestedShots=10**12)}, "not believable"),
    ({"metadata.json": metadata(requestedShots="16")}, "requestedShots holds something else"),
    ({"metadata.json": metadata(requestedShots=8)}, "3 measurements for 2 shots"),
    ({"programs/0/results.json": metadata()}, "stands where braket.task_result.program_result"),
    ({"programs/0/executables/0.json": metadata()}, "inputsIndex holds something else"),
    ({"programs/0/executables/0.json": header("x", inputsIndex=0)}, "Executables of type 'braket.task_result.x'"),
    ({"programs/0/executables/0.json": executable(1, measurements=[[0, 0]])}, "no one place 1"),
    ({"programs/0/executables/0.json": executable(2, measurements=[[0, 0]])}, "no one place 2"),
    ({"programs/0/executables/0.json": executable(0)}, "has no measurements"),
    ({"programs/0/executables/0.json": executable(0, measurements=[])}, "has no measurements"),
    ({"programs/0/executables/0.json": executable(0, measurements=[[0]])}, "one bit for each of the 2"),
    ({"programs/0/executables/0.json": executable(0, measurementProbabilities={"00": 2})}, "from 0 to 1"),
]


@pytest.mark.parametrize(("changes", "reason"), BAD, ids=[reason for _, reason in BAD])
def test_garbage_is_named(changes: Doc, reason: str) -> None:
    with pytest.raises(ResultUnreadable, match=reason):
        read(spread(**changes))


def test_results_without_end_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconciler.simulate.program_set_result._MAX_CHARACTERS", 1500)
    with pytest.raises(ResultUnreadable, match="more than 1500 characters"):
        read(spread())


def test_a_program_in_place_names_no_files() -> None:
    document = together(spread())
    document["programResults"][0]["executableResults"][0] = "executables/0.json"
    with pytest.raises(ResultUnreadable, match="has results that are files"):
        parse_program_set(json.dumps(document), lambda path: path)


leaves = st.none() | st.booleans() | st.integers(-2, 3) | st.floats(allow_nan=False) | st.text(max_size=3)
trees = st.recursive(leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner))
FIELDS = [(path, key) for path, document in spread().items() for key in document]


@settings(max_examples=300, deadline=None)
@given(field=st.sampled_from(FIELDS), junk=trees)
def test_any_junk_is_unreadable_or_read_but_never_a_crash(field: tuple[str, str], junk: Any) -> None:
    files = spread()
    files[field[0]] = files[field[0]] | {field[1]: junk}
    with suppress(ResultUnreadable):
        parse_program_set(json.dumps(files["results.json"]), lambda path: json.dumps(files.get(path)))
    with suppress(ResultUnreadable):
        parse_program_set(json.dumps(together(spread()) | {field[1]: junk}), lambda _path: json.dumps(junk))
