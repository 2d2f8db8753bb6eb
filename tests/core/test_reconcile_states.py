"""Two states as one: nothing that was paid or doubted is forgotten, and a person's wishes come back."""

from __future__ import annotations

from dataclasses import replace

from reconciler.core.attempt import ABSENT_BY_HAND, Attempt, Outcome, Place
from reconciler.core.reconcile_states import forgets, together, with_wishes_of
from reconciler.core.state import Record, State

_PLACE = Place("braket", "111122223333", "us-east-1")


def _attempt(token: str, outcome: Outcome = Outcome.PENDING, run_id: str = "", failure: str = "") -> Attempt:
    made = Attempt(token, "sha256:d", "sha256:p", 1, 1, _PLACE, {"shots": 100})
    return replace(made, outcome=outcome, id=run_id, failure=failure)


def _state(serial: int, **records: Record) -> State:
    return State("line", serial, "uid-1", "dev", {f"QuantumTask/{name}": record for name, record in records.items()})


_PAID = _attempt("1", Outcome.ACCEPTED, "arn:1")


def test_a_run_that_came_later_stays_on_record() -> None:
    old = _state(1, a=Record((_attempt("1"),)))
    new = _state(5, a=Record((_PAID, _attempt("2", Outcome.ACCEPTED, "arn:2"))), b=Record((_attempt("3"),)))
    restored = with_wishes_of(new, old)
    assert {a.id for a in restored.records["QuantumTask/a"].attempts} == {"arn:1", "arn:2"}
    assert restored.records["QuantumTask/b"] == new.records["QuantumTask/b"], "care for what came later stays too"
    assert (restored.lineage, restored.serial) == ("line", 5)
    assert not forgets(restored, new)
    assert not forgets(restored, old)


def test_care_and_address_come_back() -> None:
    old = _state(1, a=Record((_PAID,), managed=True, removal="orphan"))
    let_go = _state(2, a=Record((_PAID,), managed=False))
    renamed = _state(3, b=Record((replace(_PAID, origin="QuantumTask/a", status="COMPLETED"),)))
    assert with_wishes_of(let_go, old).records == {"QuantumTask/a": Record((_PAID,), removal="orphan")}
    back = with_wishes_of(renamed, old).records
    assert list(back) == ["QuantumTask/a"], "one run stands at one address"
    assert back["QuantumTask/a"].attempts == (replace(_PAID, status="COMPLETED"),), "and what was learnt of it stays"


def test_what_a_person_called_absent_is_in_doubt_again_and_what_the_cloud_refused_is_not() -> None:
    old = _state(1, a=Record((_attempt("1", Outcome.UNKNOWN),)))
    by_hand = _state(2, a=Record((_attempt("1", Outcome.REFUSED, failure=ABSENT_BY_HAND),)))
    by_cloud = _state(2, a=Record((_attempt("1", Outcome.REFUSED, failure="quota"),)))
    assert with_wishes_of(by_hand, old).records["QuantumTask/a"].attempts[0].outcome is Outcome.UNKNOWN
    assert with_wishes_of(by_cloud, old).records["QuantumTask/a"].attempts[0].outcome is Outcome.REFUSED


def test_an_id_that_only_the_older_one_knows_is_kept() -> None:
    older = _state(1, a=Record((_PAID,)), gone=Record((_attempt("9", Outcome.ACCEPTED, "arn:9"),)))
    newer = _state(2, a=Record((_attempt("1"), _attempt("2"))))
    both = together(newer, older)
    assert [a.id for a in both.records["QuantumTask/a"].attempts] == ["arn:1", ""]
    assert both.records["QuantumTask/gone"] == older.records["QuantumTask/gone"]
    assert forgets(newer, older)
    assert not forgets(both, older)
    assert not forgets(both, newer)


def test_together_is_the_same_when_done_again() -> None:
    older, newer = _state(1, a=Record((_PAID,))), _state(2, a=Record((_attempt("1"),)), b=Record((_attempt("2"),)))
    once = together(newer, older)
    assert together(once, older) == once
    assert with_wishes_of(once, once) == once


def test_who_submitted_a_run_and_for_how_much_is_not_forgotten_for_a_state_that_adopted_it() -> None:
    sent = replace(_PAID, entry="e1", estimate={"currency": "USD"}, facts={"device": "d"}, actual={"currency": "USD"})
    knows, adopted = _state(2, a=Record((sent,))), _state(3, a=Record((_PAID,)))
    for both in (
        together(adopted, knows),
        together(knows, adopted),
        with_wishes_of(adopted, knows),
        with_wishes_of(knows, adopted),
    ):
        assert both.records["QuantumTask/a"].attempts == (sent,)
