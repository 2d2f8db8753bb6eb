"""Digests and tokens: stable for ever, and sensitive to everything that makes another run."""

from __future__ import annotations

import math
import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.core.address import Address
from reconciler.core.digest import canonical, digest, run_digest, run_token

GHZ = Address("QuantumTask", "ghz", (("theta", "0.5"),))
BASE: dict[str, object] = {
    "uid": "01890a5d-ac96-774b-bcce-b302099a8057",
    "environment": "dev",
    "address": GHZ,
    "run": "q1-abc",
    "generation": 1,
    "number": 1,
}


def _token(**changed: object) -> str:
    return run_token(**{**BASE, **changed})  # type: ignore[arg-type]  # the fields of BASE are the parameters


def test_golden_values_never_change() -> None:
    # Made with printf and sha256sum from the canonical texts, not with this code. Whoever must change
    # these pays for every finished run again, unless the old form is mapped (docs/identity.md).
    assert (
        digest({"b": [1, 2.5, None], "a": "é"}) == "q1-d764fee2563da33e3d57334755404e635da33c995824b0adfabc4b6e1af4f608"
    )
    assert (
        run_digest("q1-p", {"device": "sv1", "shots": 100})
        == "q1-fdcc47acb572c7b9dae483339e42bb4804175aa0d294666fb2d3eeff6f7ecd97"
    )
    assert _token() == "5c13692d0a0116d85e51ffdb9a244d5954bc3ff5871c673317dd665b3101a99b"


def test_a_token_fills_the_field_of_the_api() -> None:
    assert re.fullmatch(r"[0-9a-f]{64}", _token())


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("uid", "01890a5d-ac96-774b-bcce-b302099a8058"),
        ("environment", "prod"),
        ("address", Address("QuantumTask", "ghz", (("theta", '"0.5"'),))),
        ("address", Address("QuantumTask", "ghz")),
        ("run", "q1-abd"),
        ("generation", 2),
        ("number", 2),
    ],
)
def test_a_token_depends_on_each_part(name: str, other: object) -> None:
    assert _token(**{name: other}) != _token()


def test_parts_do_not_run_into_each_other() -> None:
    assert _token(uid="a", environment="bc") != _token(uid="ab", environment="c")
    assert _token(generation=1, number=11) != _token(generation=11, number=1)


@pytest.mark.parametrize(
    ("program", "execution"),
    [
        ("q1-other", {"device": "sv1", "shots": 100}),
        ("q1-p", {"device": "garnet", "shots": 100}),
        ("q1-p", {"device": "sv1", "shots": 101}),
        ("q1-p", {"device": "sv1", "shots": 100, "deviceParameters": {}}),
        ("q1-p", {"device": "sv1", "shots": "100"}),
    ],
)
def test_a_run_digest_depends_on_each_part(program: str, execution: dict[str, object]) -> None:
    assert run_digest(program, execution) != run_digest("q1-p", {"device": "sv1", "shots": 100})


@given(st.dictionaries(st.text(max_size=5), st.integers(), max_size=6), st.randoms(use_true_random=False))
def test_the_order_of_keys_is_no_matter(value: dict[str, int], shuffle: random.Random) -> None:
    keys = shuffle.sample(sorted(value), len(value))
    assert canonical({k: value[k] for k in keys}) == canonical(value)


def test_there_is_no_digest_of_not_a_number() -> None:
    with pytest.raises(ValueError, match="JSON"):
        digest(math.nan)
