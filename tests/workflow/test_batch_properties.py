"""Whatever is edited, lost, late or killed: each job of a batch is paid once, and in the end each is there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.core.mark import MARKS
from reconciler.core.resource import Removal
from tests.workflow.batch_cloud import WINDOW, Fault, Paid
from tests.workflow.batch_world import Manifest, World, job_digest

_jobs = st.text("abc", min_size=1, max_size=4)
manifests = st.builds(
    Manifest,
    _jobs,
    st.sampled_from("xy"),
    st.booleans(),
    st.integers(1, 2),
    st.integers(1, 3),
    st.sampled_from(Removal),
    st.sampled_from([(), ("rydberg",), ("rydberg", "team=lab-3")]),
)
faults = st.builds(
    Fault,
    st.sampled_from(["ok", "silent", "refused", "throttled", "lost"]),
    st.sampled_from([0.0, 0.5, 1.0]),
    st.booleans(),
    st.sampled_from([0.0, 5.0, WINDOW - 5]),
    st.sampled_from([0.0, 3.0, WINDOW + 10]),
)


@dataclass(frozen=True)
class Command:
    """`qctl apply`, perhaps not to its end."""

    manifest: Manifest | None
    faults: tuple[Fault, ...] = ()
    dies: int | None = None
    interrupt: float | None = None

    def __call__(self, world: World) -> None:
        world.apply(self.manifest, *self.faults, dies=self.dies, interrupt=self.interrupt)


@dataclass(frozen=True)
class Later:
    """Time passes."""

    seconds: float

    def __call__(self, world: World) -> None:
        world.clock.seconds += self.seconds
        world.cloud.catch_up()


@dataclass(frozen=True)
class Work:
    """The device works: each batch's next job begins or ends."""

    status: str

    def __call__(self, world: World) -> None:
        world.cloud.run(self.status)


@dataclass(frozen=True)
class Foreign:
    """Somebody else adds a job to the open batches."""

    job: str

    def __call__(self, world: World) -> None:
        world.cloud.add_foreign(lambda batch: job_digest(batch.content, self.job))


@dataclass(frozen=True)
class Retag:
    """Somebody else edits tags: adds one, or drops ours. In a doubt only a person could then say what is ours."""

    drop: bool

    def __call__(self, world: World) -> None:
        known = world.known()
        for batch in world.cloud.batches.values():
            gone = MARKS if self.drop and batch.id in known else ()
            batch.tags = {k: v for k, v in batch.tags.items() if k not in gone} | {"theirs": ""}


@dataclass(frozen=True)
class Happens:
    """The rarer things."""

    what: str

    def __call__(self, world: World) -> None:
        if self.what == "the state is lost":
            world.lose_state()
        elif self.what == "batches time out":
            world.cloud.time_out()
        else:
            known = world.known()
            for batch in world.cloud.batches.values():
                batch.gone = batch.gone or batch.id in known


Step = Callable[[World], None]
commands = st.builds(
    Command,
    st.one_of(manifests, manifests, manifests, st.none()),
    st.lists(faults, max_size=3).map(tuple),
    st.one_of(st.none(), st.integers(0, 16)),
    st.one_of(st.none(), st.sampled_from([1.0, 10.0])),
)
_others: st.SearchStrategy[Step] = st.one_of(
    st.builds(Later, st.sampled_from([1.0, 5.0, WINDOW / 2, WINDOW + 1])),
    st.builds(Work, st.sampled_from(["RUNNING", "DONE", "ERROR"])),
    st.builds(Foreign, st.sampled_from("ad")),
    st.builds(Retag, st.booleans()),
    st.builds(Happens, st.sampled_from(["the state is lost", "batches time out", "batches vanish"])),
)
steps: st.SearchStrategy[Step] = st.one_of(commands, commands, _others)
histories = st.lists(steps, max_size=8)


def _after(history: list[Step]) -> World:
    world = World()
    for step in history:
        step(world)  # raises Paid on the way if a job is ever sent once too often
    return world


def _check_there(world: World, manifest: Manifest) -> None:
    """Every wanted job stands, or ended badly and may not be tried again. Nothing that may be withdrawn is too much."""
    for key, number in manifest.keys.items():
        if any(batch.gone and (batch.content, batch.generation) == key[:2] for batch in world.cloud.batches.values()):
            continue  # what was lost with its batch is never paid again
        ended = [job for k, _, job in world.cloud.ours() if k == key and job.status in ("ERROR", "CANCELED")]
        standing = world.standing(key)
        assert standing + len(ended) >= number, f"{key}: {standing} stand, {number} wanted"
        assert ended or standing >= number, f"{key}: {standing} stand, {number} wanted"


def _check_withdrawn(world: World, manifest: Manifest) -> None:
    keys = manifest.keys
    for key in {key for key, _, _ in world.cloud.ours()}:
        waiting = sum(k == key and j.status == "PENDING" and not b.gone for k, b, j in world.cloud.ours())
        assert not waiting or world.standing(key, foreign=False) <= keys[key], f"{key} still waits for the device"


@settings(max_examples=150, deadline=None)
@given(histories, manifests)
def test_each_job_is_paid_once_and_is_there_in_the_end(history: list[Step], manifest: Manifest) -> None:
    world = _after(history)
    world.settle(manifest)
    assert world.change(manifest) is None
    _check_there(world, manifest)
    if manifest.on_remove is Removal.CANCEL:
        _check_withdrawn(world, manifest)


@settings(max_examples=50, deadline=None)
@given(manifests, manifests, faults, st.integers(0, 16))
def test_killed_after_any_step_it_comes_to_the_same_end(
    before: Manifest, manifest: Manifest, fault: Fault, dies: int
) -> None:
    whole, broken = World(), World()
    for world in (whole, broken):
        world.settle(before)
    whole.settle(manifest)
    broken.apply(manifest, fault, dies=dies)
    broken.settle(manifest)
    assert broken.change(manifest) is None
    assert {k: broken.standing(k) for k in manifest.keys} == {k: whole.standing(k) for k in manifest.keys}


@settings(max_examples=50, deadline=None)
@given(manifests, st.lists(st.sampled_from(["RUNNING", "DONE", "ERROR"]), max_size=3))
def test_a_lost_state_costs_nothing(manifest: Manifest, work: list[str]) -> None:
    world = World()
    world.settle(manifest)
    for status in work:
        world.cloud.run(status)
    world.settle(manifest)
    paid = world.cloud.sent.copy()
    assert world.lose_state()
    world.settle(manifest)
    assert world.cloud.sent == paid
    assert world.change(manifest) is None


def test_the_model_notices_a_second_payment() -> None:
    world, manifest = World(), Manifest("ab")
    world.apply(manifest)
    world.store.forget()  # and the search does not show it yet: nobody could know
    with pytest.raises(Paid):
        world.apply(Manifest("ab", content="x", tags=("other",)))
