"""Try on this machine what is about to be submitted, and nothing else: what is paid already is not simulated again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from reconciler.core.address import Address
from reconciler.core.change import Change
from reconciler.core.digest import canonical, sha256
from reconciler.core.event import PAYING
from reconciler.core.plain import plain
from reconciler.core.progress import Stage
from reconciler.core.resource import Resource
from reconciler.core.simulation import Expectation, Settings, Simulation, Trial
from reconciler.providers.kind import Trying
from reconciler.workflow.session import Session

if TYPE_CHECKING:
    from reconciler.simulate.trial import Answer, Point, Unit
    from reconciler.workflow.simulating import Simulating

_OFF = "Its manifest says simulate: false."
_NOWHERE = "This command simulates nothing."
_SMALLEST_PART = 50  # points of one program that are worth reading it once more in another process
_READING = 80  # characters of a program that the simulator reads in a millisecond


@dataclass(frozen=True, slots=True)
class Wanted:
    """One run to be tried. `facts` is what the device says of its noise; `key` is of all that decides the outcome."""

    address: Address
    trial: Trial
    expected: Expectation
    backend: str
    refusal: str = ""
    facts: str = ""
    key: str = ""

    @property
    def settings(self) -> Settings:
        return self.expected.settings or Settings()


def simulations(session: Session, changes: Sequence[Change]) -> dict[Address, tuple[Simulation, ...]]:
    """What each run came to that these changes submit and of which something is expected. Raises CloudUnavailable."""
    wanted = list(_wanted(session, changes))
    return _by_address(zip(wanted, simulated(session, wanted), strict=True))


def simulated(session: Session, wanted: Sequence[Wanted]) -> list[Simulation]:
    """What each came to, in this order; what is known from before is not simulated again. Raises CloudUnavailable."""
    if not wanted:
        return []
    simulating = session.simulating
    if simulating is None:
        return [Simulation(w.trial.digest, w.backend, 0, 0, failure=_NOWHERE) for w in wanted]
    keyed, cache = list(_keyed(session, wanted)), simulating.cache()
    runs = [w for w in keyed if not w.refusal]
    known = {w.key: answer for w in runs if (answer := cache.read(w.key)) is not None}
    fresh = _simulate(session, simulating, {w.key: w for w in runs if w.key not in known})
    cache.write({key: answer for key, answer in fresh.items() if "failure" not in answer})
    return [_simulation(w, known, fresh) for w in keyed]


def _wanted(session: Session, changes: Sequence[Change]) -> Iterator[Wanted]:
    for change in changes:
        kind = session.kinds[change.address.kind]
        if not isinstance(kind, Trying):
            continue
        for op in change.operations:
            expected = op.resource.expect if op.resource is not None and op.verb in PAYING else None
            if op.resource is None or expected is None or not (expected.settings or expected.assertions):
                continue
            # Of a batch only the jobs that this plan submits: the others are paid.
            submitted = replace(op.resource, jobs=op.jobs) if op.jobs else op.resource
            for trial in kind.trials(submitted):
                yield wanted_of(submitted, trial, expected)


def wanted_of(resource: Resource, trial: Trial, expected: Expectation) -> Wanted:
    """One run with the backend that tries it, or why none does."""
    wish = expected.settings.backend if expected.settings else "auto"
    gates = ("state_vector", "density_matrix", "device_noise")
    fitting = {"openqasm": gates, "ahs": ("ahs",), "pulser": ("pulser",)}.get(trial.language, ())
    refusal = "" if expected.settings else _OFF
    if not fitting:
        refusal = refusal or f"Programs of the type {trial.language} are not simulated on this machine."
    elif wish not in ("auto", *fitting):
        refusal = refusal or f"The backend {wish} does not run it; {' or '.join(('auto', *fitting))} would."
    backend = wish if wish != "auto" else _fitting(trial)
    return Wanted(resource.address, trial, expected, backend, refusal)


def _fitting(trial: Trial) -> str:
    if trial.language != "openqasm":
        return trial.language
    return "density_matrix" if "pragma braket noise" in trial.text else "state_vector"


def _keyed(session: Session, wanted: Sequence[Wanted]) -> Iterator[Wanted]:
    """The same with the facts of their devices, and with their keys."""
    from reconciler.simulate.versions import versions_for  # looks into the installed packages

    noisy = sorted({(w.address.kind, w.trial.device) for w in wanted if w.backend == "device_noise" and not w.refusal})
    facts = {device: session.cloud(kind).specs([device]).get(device, "") for kind, device in noisy}
    versions = {backend: versions_for(backend) for backend in {w.backend for w in wanted if not w.refusal}}
    for w in wanted:
        if w.refusal:
            yield w
            continue
        told = facts.get(w.trial.device, "") if w.backend == "device_noise" else ""
        if w.backend == "device_noise" and not told:
            yield replace(w, refusal="The device says nothing of itself now.")
            continue
        parts = [w.backend, sha256(w.trial.text), plain(dict(w.trial.inputs)), w.settings.shots, w.settings.seed]
        distribution = w.expected.distribution
        outside = [distribution and dict(distribution), sha256(told) if told else "", versions[w.backend]]
        yield replace(w, facts=told, key=sha256(canonical([*parts, *outside])))


def _simulate(session: Session, simulating: Simulating, missing: Mapping[str, Wanted]) -> dict[str, Answer]:
    """By key. No process is started, and no simulator loaded, where nothing is missing."""
    if not missing:
        return {}
    place = simulating.place
    programs: dict[tuple[str, str, str], list[Wanted]] = {}
    for w in missing.values():
        programs.setdefault((w.backend, w.trial.text, w.facts), []).append(w)
    groups = [part for group in programs.values() for part in _parts(group, 2 * place.width)]
    limits = place.limits()
    units = [_unit(group, limits) for group in groups]
    work = sum(len(u["text"]) // _READING + len(u["points"]) for u in units)
    order = iter([w.address for group in groups for w in group])
    done = 0
    with simulating.watch() as tell:

        def told() -> None:
            nonlocal done
            done += 1
            # Processes end in another order than they began; of many alike, no person needs to know which.
            tell(session.progress(next(order), "simulate", Stage.DONE, done=done, total=len(missing)))

        answers = place.executor(work).run(units, told)
    return {w.key: a for group, mine in zip(groups, answers, strict=True) for w, a in zip(group, mine, strict=True)}


def _parts(group: Sequence[Wanted], most: int) -> Iterator[Sequence[Wanted]]:
    """The points of one program in parts for several processes, each of which reads the program once."""
    size = max(_SMALLEST_PART, -(-len(group) // most))
    for at in range(0, len(group), size):
        yield group[at : at + size]


def _unit(group: Sequence[Wanted], limits: Mapping[str, int | None]) -> Unit:
    first = group[0]
    return {
        "backend": first.backend,
        "text": first.trial.text,
        "device": first.facts,
        "limits": limits,
        "points": [_point(w) for w in group],
    }


def _point(w: Wanted) -> Point:
    wanted = w.expected.distribution
    return {
        "inputs": dict(w.trial.inputs),
        "shots": w.settings.shots,
        "seed": w.settings.seed,
        "wanted": dict(wanted) if wanted else None,
    }


def _simulation(w: Wanted, known: Mapping[str, Any], fresh: Mapping[str, Any]) -> Simulation:
    made = Simulation(w.trial.digest, w.backend, w.settings.shots, w.settings.seed, w.trial.label)
    if w.refusal:
        return replace(made, failure=w.refusal)
    answer = known.get(w.key) or fresh[w.key]
    if "failure" in answer:
        return replace(made, failure=answer["failure"])
    return replace(made, counts=answer["counts"], fidelity=answer["fidelity"], cached=w.key in known)


def _by_address(made: Iterable[tuple[Wanted, Simulation]]) -> dict[Address, tuple[Simulation, ...]]:
    found: dict[Address, list[Simulation]] = {}
    for w, simulation in made:
        found.setdefault(w.address, []).append(simulation)
    return {address: tuple(each) for address, each in found.items()}
