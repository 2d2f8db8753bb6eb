"""What must hold of deciding and remembering together, whatever happens in between (see model.py)."""

from __future__ import annotations

import contextlib
import copy
import json
import random
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.core.address import Address
from reconciler.core.change import Change
from reconciler.core.event import Verb
from reconciler.core.phase import Phase
from reconciler.core.plan import Plan, plan_to_json
from reconciler.core.resource import Removal, Resource, RunRules
from tests.core import samples
from tests.core.model import VISIBLE_AFTER, WINDOW, Paid, Stopped, World

_ADDRESSES = [Address("QuantumTask", name) for name in ("a", "b", "c")]
_rules = st.builds(
    RunRules,
    generation=st.integers(1, 2),
    max_attempts=st.integers(1, 2),
    retry_on=st.sets(st.sampled_from([Phase.FAILED, Phase.CANCELLED]), max_size=2).map(frozenset),
    on_remove=st.sampled_from([Removal.CANCEL, Removal.ORPHAN]),  # only what lasts can be protected
)
_tags = st.sampled_from([{}, {"owner": "lab-3"}, {"owner": "lab-4", "team": "ions"}])


@st.composite
def manifests(draw: st.DrawFn) -> list[Resource]:
    """Up to three resources, each with one of two contents."""
    chosen = draw(st.lists(st.sampled_from(_ADDRESSES), unique=True, max_size=3))
    runs = st.sampled_from(["same", "other"])
    return [samples.resource(a, draw(runs), draw(_rules), draw(_tags)) for a in chosen]


@dataclass(frozen=True)
class Step:
    """One thing that happens: a manifest is applied, perhaps not to its end; then time passes, runs end, things go."""

    manifest: list[Resource]
    stop: int | None
    lost_answers: bool
    ticks: int
    end: Phase | None
    vanish: bool
    lose_state: bool


steps = st.lists(
    st.builds(
        Step,
        manifests(),
        st.one_of(st.none(), st.integers(0, 12)),
        st.booleans(),
        st.sampled_from([0, 1, VISIBLE_AFTER, WINDOW + 1]),
        st.sampled_from([None, Phase.DONE, Phase.FAILED, Phase.CANCELLED]),
        st.booleans(),
        st.booleans(),
    ),
    max_size=4,
)


def _live(world: World, step: Step) -> None:
    world.left, world.lost_answers = step.stop, step.lost_answers
    with contextlib.suppress(Stopped):
        world.apply(step.manifest)
    world.left, world.lost_answers = None, False
    world.cloud.tick += step.ticks
    if step.end:
        world.cloud.finish(step.end)
    if step.vanish:  # only what is on record: of the others nobody could tell whether they ever were
        world.cloud.gone |= {a.token for r in world.state.records.values() for a in r.attempts if a.exists}
    if step.lose_state and not world.cloud.gone:
        world.cloud.tick += VISIBLE_AFTER
        world.journal.clear()


def _after(history: list[Step]) -> World:
    world = World()
    for step in history:
        _live(world, step)
    return world


def _settle(world: World, manifest: list[Resource]) -> None:
    """Apply until nothing is left to do; runs go on meanwhile. Two rounds: one settles doubts, one submits."""
    for _ in range(3):
        world.cloud.tick += WINDOW + 1
        world.apply(manifest)


def _to_do(world: World, manifest: list[Resource]) -> list[Change]:
    return [c for c in world.plan(manifest)[1] if c.changes_anything]


def _paid(world: World) -> dict[str, str]:
    """Every run by its token."""
    return {token: run.tags["qctl:address"] for token, run in world.cloud.runs.items()}


@settings(max_examples=150, deadline=None)
@given(steps, manifests())
def test_apply_then_plan_is_empty(history: list[Step], manifest: list[Resource]) -> None:
    world = _after(history)  # Paid is raised on the way if the table ever asks for a second submission
    _settle(world, manifest)
    assert _to_do(world, manifest) == []


@settings(max_examples=60, deadline=None)
@given(manifests(), manifests())
def test_one_apply_is_enough(before: list[Resource], manifest: list[Resource]) -> None:
    world = World()
    _settle(world, before)
    world.cloud.finish(Phase.DONE)
    world.apply(manifest)
    assert _to_do(world, manifest) == []


@settings(max_examples=60, deadline=None)
@given(steps, manifests())
def test_applying_once_more_pays_nothing(history: list[Step], manifest: list[Resource]) -> None:
    world = _after(history)
    _settle(world, manifest)
    world.cloud.finish(Phase.DONE)  # what was being cancelled ends, and a rule may allow another run of it
    _settle(world, manifest)
    paid = _paid(world)
    world.cloud.finish(Phase.DONE)
    _settle(world, manifest)
    assert _paid(world) == paid


@settings(max_examples=30, deadline=None)
@given(steps, manifests(), st.booleans())
def test_stopped_after_any_event_it_comes_to_the_same_end(
    history: list[Step], manifest: list[Resource], lost_answers: bool
) -> None:
    start = _after(history)
    start.cloud.tick += WINDOW + 1
    whole = copy.deepcopy(start)
    _settle(whole, manifest)
    for stop in range(40):
        world = copy.deepcopy(start)
        world.left, world.lost_answers = stop, lost_answers
        try:
            world.apply(manifest)
            done = True
        except Stopped:
            done = False
        world.left, world.lost_answers = None, False
        _settle(world, manifest)
        assert _to_do(world, manifest) == []
        assert _paid(world) == _paid(whole), f"stopped after {stop} steps"
        if done:
            return
    pytest.fail("more steps than were tried")


@settings(max_examples=60, deadline=None)
@given(steps, manifests(), st.randoms(use_true_random=False))
def test_the_order_of_resources_is_no_matter(
    history: list[Step], manifest: list[Resource], shuffle: random.Random
) -> None:
    world = _after(history)
    mixed = shuffle.sample(manifest, len(manifest))
    assert _text(world, mixed) == _text(world, manifest)


def _text(world: World, manifest: list[Resource]) -> str:
    plan = Plan("study", "dev", tuple(world.plan(manifest)[1]), {r.address: set() for r in manifest})
    return json.dumps(plan_to_json(plan))


@settings(max_examples=60, deadline=None)
@given(steps, manifests())
def test_a_missing_object_never_leads_to_a_submission(history: list[Step], manifest: list[Resource]) -> None:
    world = _after(history)
    _settle(world, manifest)
    world.cloud.gone |= world.cloud.runs.keys()
    assert [c for c in world.plan(manifest)[1] if c.count(Verb.CREATE)] == []


@settings(max_examples=60, deadline=None)
@given(manifests(), st.sampled_from([None, Phase.DONE]))
def test_a_lost_state_costs_nothing(manifest: list[Resource], end: Phase | None) -> None:
    world = World()
    _settle(world, manifest)
    if end:
        world.cloud.finish(end)
    paid = _paid(world)
    world.journal.clear()
    _settle(world, manifest)
    assert _paid(world) == paid
    assert _to_do(world, manifest) == []


def test_the_model_notices_a_second_submission() -> None:
    world = World()
    manifest = [samples.resource(_ADDRESSES[0])]
    _settle(world, manifest)
    (token,) = world.cloud.runs
    with pytest.raises(Paid):
        world.cloud.create(world.cloud.runs[token], repeats=False)
