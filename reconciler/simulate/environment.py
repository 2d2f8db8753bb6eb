import os
import sys
import tempfile
from functools import cache
from pathlib import Path

# Small programs gain nothing from BLAS threads: on a busy machine with two cores they made eight atoms take 20 s
# instead of 4 s. Every BLAS that numpy can be built with has its own variable.
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS", "BLIS_NUM_THREADS")


@cache
def prepare_libraries() -> None:
    """Ask for one BLAS thread and a per-user numba cache. Call before numpy is imported; a user's own values win.

    Without a writable cache, numba compiles again (about 1 s) for each number of qubits, in each process.
    """
    for name in _THREADS:
        os.environ.setdefault(name, "1")
    # numba reads its settings anew when one changes, and fails if it has started threads by then (the simulator library
    # sets a number of threads that numba would not choose): where numba is loaded, leave it alone.
    if "NUMBA_CACHE_DIR" not in os.environ and "numba" not in sys.modules:
        os.environ["NUMBA_CACHE_DIR"] = str(_numba_cache())


def _numba_cache() -> Path:
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")  # noqa: PTH111 - Path raises with no home
    folder = Path(home) / "qctl" / "numba"
    if not folder.is_absolute():  # a user without a home, or a relative XDG_CACHE_HOME, which its specification ignores
        return _private_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return _private_folder()
    return folder if os.access(folder, os.W_OK) else _private_folder()


def _private_folder() -> Path:
    # numba unpickles what it finds in its cache, so a guessable name in a shared folder would run other users' code.
    return Path(tempfile.mkdtemp(prefix="qctl-numba-"))
