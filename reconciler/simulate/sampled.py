from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Bits: TypeAlias = NDArray[np.int64]


def exact_value(value: Any) -> Any:
    """An exact value as JSON: arrays become lists, complex numbers become [real, imaginary]."""
    if isinstance(value, dict):
        return {str(key): exact_value(item) for key, item in value.items()}
    if isinstance(value, np.ndarray | list | tuple):
        return [exact_value(item) for item in value]
    if isinstance(value, complex | np.complexfloating):
        return [float(value.real), float(value.imag)]
    return float(value)


def sampled_value(kind: dict[str, Any], measurements: Bits, measured: list[int]) -> Any:
    """The value of a result type over measured bits, which are already in the basis of its observable.

    `measurements` has one row for each shot and one column for each qubit of `measured`.
    Without targets, an observable is taken on each measured qubit by itself, and the value is a list.
    """
    targets = kind.get("targets")
    if kind["type"] == "probability":
        return _probabilities(_columns(measurements, measured, targets or measured))
    if targets:
        return _statistic(kind, measurements, measured, targets)
    return [_statistic(kind, measurements, measured, [qubit]) for qubit in measured]


def _statistic(kind: dict[str, Any], measurements: Bits, measured: list[int], targets: list[int]) -> Any:
    samples = _eigenvalues(kind["observable"])[_indices(_columns(measurements, measured, targets))]
    if kind["type"] == "sample":
        return [float(sample) for sample in samples]
    return float(np.var(samples) if kind["type"] == "variance" else np.mean(samples))


def _columns(measurements: Bits, measured: list[int], targets: Sequence[int]) -> Bits:
    return measurements[:, [measured.index(qubit) for qubit in targets]]


def _indices(bits: Bits) -> Bits:
    """Each row of bits as a number, the first column being the most significant."""
    return bits @ (1 << np.arange(bits.shape[1])[::-1])


def _probabilities(bits: Bits) -> list[float]:
    counts = np.bincount(_indices(bits), minlength=2 ** bits.shape[1])
    return [float(count) for count in counts / len(bits)]


def _eigenvalues(observable: Sequence[Any]) -> NDArray[np.float64]:
    """Eigenvalues of a tensor product, in the order of the basis states after its diagonalising rotation."""
    values = np.array([1.0])
    for factor in observable:
        values = np.kron(values, _factor_eigenvalues(factor))
    return values


def _factor_eigenvalues(factor: Any) -> NDArray[np.float64]:
    if factor == "i":
        return np.array([1.0, 1.0])
    if isinstance(factor, str):  # x, y, z and h all have these
        return np.array([1.0, -1.0])
    # A Hermitian matrix, each entry [real, imaginary]; the simulator rotates by numpy's ascending eigenvectors.
    matrix = np.array([[complex(*entry) for entry in row] for row in factor])
    return np.asarray(np.linalg.eigvalsh(matrix), dtype=np.float64)
