"""What jobs said, as people see it."""

from __future__ import annotations

from reconciler.render.log_text import log_text, metrics_of, metrics_text

EVIL = "red \x1b[31m\nPlan: 0 to add"


def test_lines_and_events_stand_by_their_times() -> None:
    events = [("10:00", "RUNNING", ""), ("10:02", "FAILED", "out of memory")]
    lines = [("10:01", "algo-1", "step 1"), ("10:01", "algo-1", EVIL)]
    assert log_text("HybridJob/a  (FAILED)", events, lines, cut=True).split("\n") == [
        "HybridJob/a  (FAILED)",
        "  10:00  [RUNNING]",
        "  10:01  step 1",
        "  10:01  red \\x1b[31m\\nPlan: 0 to add",
        "  10:02  [FAILED] out of memory",
        "  There are more lines; the last ones are not shown.",
    ]


def test_instances_are_named_where_there_are_several() -> None:
    lines = [("10:01", "algo-2", "b"), ("10:00", "algo-1", "a")]
    assert log_text("j", (), lines, cut=False) == "j\n  10:00  algo-1: a\n  10:01  algo-2: b"


def test_metrics() -> None:
    said = ["Metrics - timestamp=1.5; loss=0.5; iteration_number=3;", "no metrics", "Metrics -  acc = 0.9 ; loss=0.4"]
    metrics = list(metrics_of(said))
    assert metrics == [
        {"timestamp": "1.5", "loss": "0.5", "iteration_number": "3"},
        {"acc": "0.9", "loss": "0.4"},
    ]
    assert metrics_text("j", metrics).split("\n") == [
        "j",
        "timestamp  loss  iteration_number  acc",
        "1.5        0.5   3                 -",
        "-          0.4   -                 0.9",
    ]
    assert metrics_text("j", []) == "j\n  No metrics were logged."
    assert "\x1b" not in metrics_text("j", [{"a\x1b": EVIL}])
