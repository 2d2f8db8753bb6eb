from collections import Counter
from collections.abc import Mapping
from typing import Any

from reconciler.simulate.result import ResultType, TaskMetadata, TaskResult
from reconciler.simulate.untrusted import ResultUnreadable, read_json, read_list, read_object

__all__ = ["ResultUnreadable", "parse_job"]

_MAX_SHOTS = 10_000_000
# An answer has a digit for each atom; the largest register known has 250.
_MAX_ATOMS = 10_000
_NOTHING_SAID = TaskMetadata(id="", device="", created_at="", ended_at="", execution_ms=None)


def parse_job(text: str) -> TaskResult:
    """Read the result file of a Pasqal job: `counter`, `raw` shots, plain counts, or Pulser's own serialised results.

    Of `counter` and `raw` the counter is believed; Pasqal's own examples hold fewer raw shots. The first character of a
    bit string is the first atom of the register. What Pulser observed besides is in `result_types`, by its tag.

    Raises ResultUnreadable: the text is something else, or contradicts itself. The text is untrusted.
    """
    document = read_object(read_json(text), "The result")
    serialised = document.get("serialised_results")
    observed = _read_serialised(serialised) if isinstance(serialised, str) else {}
    if "tagmap" in document:
        observed = _observed(document)
    counts = _counts(document, observed)
    width = {len(bits) for bits in counts}
    shots = sum(counts.values())
    if len(width) > 1 or max(width, default=0) > _MAX_ATOMS:
        raise ResultUnreadable("The bit strings do not agree on the number of atoms, or have too many.")
    if shots > _MAX_SHOTS:
        raise ResultUnreadable(f"{shots} shots are not believable.")
    return TaskResult(
        shots=shots,
        counts=counts,
        probabilities={bits: count / shots for bits, count in counts.items() if shots},
        measured_qubits=tuple(range(max(width, default=0))),
        result_types=tuple(
            ResultType(tag[:80], "", (), value) for tag, value in observed.items() if tag != "bitstrings"
        ),
        metadata=_NOTHING_SAID,
        successful_shots=shots,
    )


def _counts(document: Mapping[str, Any], observed: Mapping[str, Any]) -> dict[str, int]:
    if document.get("counter") is not None:
        return _read_counts(read_object(document["counter"], "counter"), "counter")
    if document.get("raw") is not None:
        shots = read_list(document["raw"], "raw")
        if not all(isinstance(shot, str) for shot in shots):
            raise ResultUnreadable("raw holds something else than bit strings.")
        return _read_counts(Counter(shots), "raw")
    if "bitstrings" in observed:
        return _read_counts(read_object(observed["bitstrings"], "bitstrings"), "bitstrings")
    if observed:
        raise ResultUnreadable(f"The result holds no bit strings, only {', '.join(sorted(observed))[:200]}.")
    if not document or not all(_is_bits(key) for key in document):
        raise ResultUnreadable("The result holds neither counts nor shots that we know.")
    return _read_counts(document, "the result")


def _read_counts(counts: Mapping[str, Any], what: str) -> dict[str, int]:
    for bits, count in counts.items():
        if not _is_bits(bits):
            raise ResultUnreadable(f"{what} holds {bits[:80]!r}, which is no bit string.")
        if type(count) is not int or count < 0:
            raise ResultUnreadable(f"{what} holds a count that is no whole number.")
    return {bits: count for bits, count in sorted(counts.items()) if count}


def _is_bits(text: str) -> bool:
    return bool(text) and not text.strip("01")


def _read_serialised(text: str) -> dict[str, Any]:
    return _observed(read_object(read_json(text), "serialised_results"))


def _observed(results: dict[str, Any]) -> dict[str, Any]:
    """By its tag, what was observed at the last time: schema `results-schema.json` of Pulser."""
    stored, times = read_object(results.get("results"), "results"), read_object(results.get("times"), "times")
    found: dict[str, Any] = {}
    for tag, key in read_object(results.get("tagmap"), "tagmap").items():
        if not isinstance(key, str):
            raise ResultUnreadable("tagmap holds something else than texts.")
        values, moments = read_list(stored.get(key), "results"), read_list(times.get(key), "times")
        if not all(isinstance(moment, int | float) for moment in moments) or len(moments) != len(values):
            raise ResultUnreadable("The times of the results are not one for each.")
        if values:
            found[tag] = max(zip(moments, values, strict=True), key=lambda pair: float(pair[0]))[1]
    return found
