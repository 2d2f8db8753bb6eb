"""What a simulation depends on beside its program: our own way of doing it, and the libraries that do it."""

from importlib.metadata import PackageNotFoundError, version

# Raised when the same program would come to something else by our own doing.
FORM = "2"
_GATES = ("amazon-braket-default-simulator", "numpy")
_LIBRARIES = {
    "state_vector": _GATES,
    "density_matrix": _GATES,
    "device_noise": (*_GATES, "amazon-braket-sdk"),
    "ahs": _GATES,
    "pulser": ("pulser-core", "pulser-simulation", "qutip", "numpy"),
}


def versions_for(backend: str) -> dict[str, str]:
    """By name; empty for what is not installed."""
    return {"form": FORM, **{name: _version(name) for name in _LIBRARIES[backend]}}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
