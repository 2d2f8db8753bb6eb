"""Edges that a stranger fell over: closed streams, impossible numbers, names that collide, links in the way."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from reconciler.cli.exits import Exit
from reconciler.cli.result_files import file_name
from reconciler.core.address import parse_address
from reconciler.render.console import Output
from tests.cli.place import Place


def test_nobody_to_ask_where_standard_input_is_closed(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    ran = place.run("apply")
    assert ran.code == Exit.ERROR
    assert "Nobody can be asked here" in ran.err
    assert place.tasks() == 0


def test_closed_output_is_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    output = Output(env={})
    output.line("nobody reads this")
    output.error("nor this")
    assert not output.colour


@pytest.mark.parametrize(
    "args",
    [
        ("wait", "--timeout", "nan"),
        ("apply", "--lock-timeout", "nan"),
        ("apply", "--lock-timeout", "inf"),
        ("local", "advance", "99999999999999999999d"),
        ("results", "--plot", "qctl.yaml"),
    ],
)
def test_impossible_values_are_refused(place: Place, args: tuple[str, ...]) -> None:
    manifest = (place.root / "qctl.yaml").read_bytes()
    ran = place.run(*args)
    assert ran.code == Exit.ERROR
    assert "Error:" in ran.err
    assert (place.root / "qctl.yaml").read_bytes() == manifest


def test_no_two_addresses_share_a_file() -> None:
    texts = ['QuantumTask/bell[a="x/y"]', 'QuantumTask/bell[a="x?y"]', 'QuantumTask/bell[a="x_y"]', "QuantumTask/bell"]
    names = {file_name(parse_address(text)) for text in texts}
    assert len(names) == len(texts)
    assert "QuantumTask_bell" in min(names)
    assert not any("/" in name for name in names)


def test_results_replace_a_link_and_never_write_through_it(place: Place, tmp_path: Path) -> None:
    place.finish()
    victim = tmp_path / "victim"
    victim.write_text("precious", "utf-8")
    out = tmp_path / "out"
    out.mkdir()
    name = out / file_name(parse_address("QuantumTask/bell"))
    name.symlink_to(victim)
    place.ok("results", "--out", str(out))
    assert victim.read_text("utf-8") == "precious"
    assert json.loads(name.read_text("utf-8"))["braketSchemaHeader"]
    assert not name.is_symlink()
