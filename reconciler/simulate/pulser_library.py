import linecache
import logging
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

from reconciler.simulate import braket
from reconciler.simulate.environment import prepare_libraries
from reconciler.simulate.sequence_bounds import CannotRun

MISSING = "Pulser is not installed: pip install 'qctl[simulate]'"
_REASON_LENGTH = 300
# Python's warning filters and numpy's global generator belong to the process, and to Braket's simulators as well.
_LOCK = braket._LOCK


class LibraryFailed(CannotRun):
    """Pulser did not refuse: it failed, and the sequence may be sound."""


def is_installed() -> bool:
    """Whether Pulser and its simulator are there, without loading them."""
    # Both are whole packages: looking for them imports nothing.
    return find_spec("pulser") is not None and find_spec("pulser_simulation") is not None


@contextmanager
def pulser_at_work() -> Iterator[list[warnings.WarningMessage]]:
    """Import and use Pulser inside, one at a time: not within itself. What it warns of is in the list, not printed.

    Raises CannotRun for whatever Pulser raises: ValueError, TypeError, AssertionError, KeyError, errors of jsonschema
    and of numpy, its own AbstractReprError, and MemoryError; LibraryFailed, which is one, for what is no refusal.
    """
    prepare_libraries()
    # matplotlib, which Pulser imports, logs about its cache; without a handler Python prints that to stderr.
    logging.getLogger("matplotlib").addHandler(logging.NullHandler())
    with _LOCK, warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        try:
            yield seen
        except CannotRun:
            raise
        except ImportError as error:
            raise LibraryFailed(f"{MISSING} ({one_line(error)})") from error
        except Exception as error:
            raise (CannotRun if _is_refusal(error) else LibraryFailed)(describe(error)) from error


def describe(error: BaseException) -> str:
    """What Pulser said, with the reason below it where it only says that something failed. One line."""
    text = _message(error)
    # "Device deserialization failed." and "The existing register is incompatible with the new device."
    cause = error.__cause__
    if cause is not None and len(text) < 120:
        text = f"{text} {_message(cause)}"
    return text[:_REASON_LENGTH]


def one_line(error: BaseException) -> str:
    """The message as one line; the schema's errors are essays."""
    return " ".join(str(error).split())[:_REASON_LENGTH] or "no further message"


def _is_refusal(error: BaseException) -> bool:
    if isinstance(error, TypeError | RuntimeError | IndexError):
        # Pulser refuses with these, and stumbles with them: what it says on purpose is in a `raise`.
        last = traceback.extract_tb(error.__traceback__)[-1]
        return linecache.getline(last.filename, last.lineno or 0).strip().startswith("raise ")
    return isinstance(error, ValueError) or _is_of_pulser(error) or hasattr(error, "validator")


def _is_of_pulser(error: BaseException) -> bool:
    return type(error).__module__.partition(".")[0] == "pulser"


def _message(error: BaseException) -> str:
    # jsonschema's own text is the whole schema and the whole document.
    short = getattr(error, "message", None)
    if isinstance(short, str):
        return f"It does not follow Pulser's schema: {' '.join(short.split())[:160]}"
    # A refusal speaks to the user of Pulser; a slip is understood by its sort.
    return one_line(error) if _is_refusal(error) else f"{type(error).__name__}: {one_line(error)}"
