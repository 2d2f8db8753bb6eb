"""Arbitrary values of core, for the laws that hold for all of them."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from reconciler.core.address import Address, key_text
from reconciler.core.attempt import Attempt, Outcome, Place
from reconciler.core.event import Adopted, Concluded, Event, Intended, Managed, Observed, Resolved, Verb
from reconciler.core.job import Adding, Job
from reconciler.core.phase import Phase

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
scalars = st.one_of(
    texts, st.integers(), st.booleans(), st.floats(), st.sampled_from(["inf", "nan", "true", "1", "-inf"])
)
_NAMES = st.from_regex(r"[a-z0-9]([a-z0-9.-]{0,10}[a-z0-9])?", fullmatch=True).filter(str.isascii)
_KEYS = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,6}", fullmatch=True)
_DATA = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), texts), lambda s: st.lists(s, max_size=3), max_leaves=4
)
_TAGS = st.dictionaries(texts, texts, max_size=3)
# Few of each, so that events meet on the same attempts.
tokens = st.sampled_from(["t1", "t2", "t3"])
places = st.sampled_from(["QuantumTask/a", "QuantumTask/b[x=1]"])


@st.composite
def addresses(draw: st.DrawFn) -> Address:
    """An address with or without a key, built as a sweep builds it."""
    values = draw(st.dictionaries(_KEYS, scalars, max_size=3))
    pairs = tuple(sorted((name, key_text(value)) for name, value in values.items()))
    return Address(draw(st.sampled_from(["QuantumTask", "Kind2"])), draw(_NAMES), pairs)


_job = st.builds(
    Job,
    st.sampled_from(["d1", "d2"]),
    st.dictionaries(texts, _DATA, max_size=2),
    texts,
    st.sampled_from(["", "j1", "j2", "j3"]),
    texts,
    st.sampled_from(Phase),
    texts,
    st.booleans(),
    st.booleans(),
)
_jobs = st.lists(_job, min_size=1, max_size=3, unique_by=lambda job: job.id or id(job)).map(tuple)
_seen = st.lists(_job.filter(lambda job: bool(job.id)), min_size=1, max_size=3, unique_by=lambda job: job.id).map(tuple)
_adding = st.builds(Adding, texts, _jobs, st.lists(st.sampled_from(["j1", "j2"]), max_size=2).map(tuple), texts)

attempts = st.builds(
    Attempt,
    token=tokens,
    digest=texts,
    program=texts,
    generation=st.integers(1, 3),
    number=st.integers(1, 3),
    place=st.builds(Place, texts, texts, texts),
    execution=st.dictionaries(texts, _DATA, max_size=3),
    intended=texts,
    request=texts,
    outcome=st.sampled_from(Outcome),
    id=texts,
    status=texts,
    phase=st.sampled_from(Phase),
    submitted=texts,
    ended=texts,
    output=texts,
    tags=_TAGS,
    owned=st.lists(texts, max_size=3).map(tuple),
    failure=texts,
    missing=st.booleans(),
    touched=st.booleans(),
    jobs=st.one_of(st.just(()), _jobs),
    adding=st.one_of(st.none(), _adding),
    accepting=st.booleans(),
)
fresh = st.builds(
    lambda attempt, token: Attempt(
        token, attempt.digest, attempt.program, attempt.generation, attempt.number, attempt.place, {}, attempt.intended
    ),
    attempts,
    tokens,
)
found = st.builds(
    lambda attempt, run_id: Attempt(
        attempt.token, "d", "p", 1, 1, attempt.place, {}, outcome=Outcome.ACCEPTED, id=run_id, status=attempt.status
    ),
    attempts,
    st.sampled_from(["arn:1", "arn:2"]),
)
_verbs = st.sampled_from(Verb)


@st.composite
def _intended(draw: st.DrawFn) -> Intended:
    verb, attempt = draw(_verbs), draw(fresh)
    create = verb is Verb.CREATE
    adding = draw(_adding) if verb is Verb.ADD else None
    made = attempt if create else None
    return Intended(draw(texts), draw(texts), draw(places), verb, attempt.token, made, adding=adding)


@st.composite
def _concluded(draw: st.DrawFn) -> Concluded:
    verb = draw(_verbs)
    outcome = draw(st.sampled_from([Outcome.ACCEPTED, Outcome.REFUSED, Outcome.UNKNOWN]))
    run_id = draw(st.sampled_from(["arn:1", "arn:2"])) if outcome is Outcome.ACCEPTED else ""
    tags = draw(_TAGS) if verb is Verb.TAG and outcome is Outcome.ACCEPTED else None
    told = Concluded(draw(texts), draw(texts), draw(places), verb, draw(tokens), outcome, run_id, draw(texts), tags)
    paid = verb in (Verb.CREATE, Verb.ADD) and outcome is Outcome.ACCEPTED
    return replace(told, jobs=draw(st.one_of(st.none(), _seen))) if paid else told


events: st.SearchStrategy[Event] = st.one_of(
    _intended(),
    _concluded(),
    st.builds(
        Observed,
        texts,
        places,
        tokens,
        texts,
        st.sampled_from(Phase),
        texts,
        texts,
        texts,
        texts,
        st.one_of(st.none(), _TAGS),
        st.booleans(),
        texts,
        st.one_of(st.none(), _seen),
        st.booleans(),
    ),
    st.builds(Adopted, texts, places, found),
    st.builds(Managed, texts, places, st.booleans(), st.sampled_from(["", "cancel", "orphan"])),
    st.builds(Resolved, texts, places, tokens),
)
journals = st.lists(events, max_size=12)
