"""What every kind promises, without a cloud. The fields and their classes come from the kind's own model."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from reconciler.core.fields import FieldClass
from reconciler.core.resource import Resource, Scope
from reconciler.providers import KINDS
from tests.providers.samples import CONTEXT, SAMPLES, Sample, classes, declare, reverse

SCOPE = Scope(CONTEXT.uid, CONTEXT.environment)
FIELDS = [(name, path, kind) for name in SAMPLES for path, kind in classes(KINDS[name].model).items()]
SAME = [(name, how) for name, sample in SAMPLES.items() for how in sample.same]


def _desired(sample: Sample, **changes: Any) -> Resource:
    return KINDS[sample.kind].desired(sample.declared(**changes), CONTEXT)


def _plain(resource: Resource) -> Resource:
    return replace(resource, payload=None)  # the payload is the kind's own, with functions in it


def _paid_for(resource: Resource) -> Any:
    return resource.execution, resource.rules.generation, resource.jobs


def _in_place(resource: Resource) -> Any:
    settings = {k: v for k, v in (resource.settings or {}).items() if k not in resource.execution}
    return resource.tags, resource.opening, settings


def _concerns_us(resource: Resource) -> Any:
    overwrite = getattr(getattr(resource.payload, "spec", None), "overwrite", False)
    return replace(resource.rules, generation=1), overwrite, resource.ceiling, resource.expect


def test_every_kind_is_held_against_the_contract() -> None:
    assert SAMPLES.keys() == KINDS.keys()


@pytest.mark.parametrize("name", SAMPLES)
def test_a_kind_is_listed_under_its_name(name: str) -> None:
    assert KINDS[name].name == name


@pytest.mark.parametrize("name", SAMPLES)
def test_every_field_with_a_class_has_another_value_here(name: str) -> None:
    assert SAMPLES[name].other.keys() == classes(KINDS[name].model).keys()


@pytest.mark.parametrize("name", SAMPLES)
def test_a_field_that_the_model_lacks_is_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        SAMPLES[name].declared(unheard_of=1)


@pytest.mark.parametrize("name", SAMPLES)
def test_the_same_declaration_means_the_same(name: str) -> None:
    assert _plain(_desired(SAMPLES[name])) == _plain(_desired(SAMPLES[name]))


@pytest.mark.parametrize("name", SAMPLES)
def test_meaning_leaves_the_declaration_as_it_was(name: str) -> None:
    declared = SAMPLES[name].declared()
    before = declared.spec.model_dump_json()
    KINDS[name].desired(declared, CONTEXT)
    assert declared.spec.model_dump_json() == before


@pytest.mark.parametrize("name", SAMPLES)
def test_the_order_of_keys_is_no_content(name: str) -> None:
    sample = SAMPLES[name]
    turned = KINDS[name].desired(declare(f"{name}/run", reverse(sample.spec)), CONTEXT)
    assert _plain(turned) == _plain(_desired(sample))


@pytest.mark.parametrize(("name", "how"), SAME)
def test_the_same_meaning_has_the_same_digest(name: str, how: str) -> None:
    sample = SAMPLES[name]
    assert _desired(sample, **sample.same[how]).digest == _desired(sample).digest


@pytest.mark.parametrize(("name", "path", "kind"), FIELDS)
def test_only_a_change_of_execution_is_another_run(name: str, path: str, kind: FieldClass) -> None:
    """By the token: it has the digest in it, and the generation, which is no part of the digest. Or by the jobs'."""
    sample = SAMPLES[name]
    runs = [_desired(sample, **change) for change in ({}, {path.replace(".", "__"): sample.other[path]})]
    before, after = [(run.token(SCOPE, 1), [job.digest for job in run.jobs or ()]) for run in runs]
    changed = before != after
    assert changed == (kind is FieldClass.EXECUTION and path not in sample.in_address)


@pytest.mark.parametrize(("name", "path", "kind"), FIELDS)
def test_a_change_shows_where_its_class_belongs(name: str, path: str, kind: FieldClass) -> None:
    sample = SAMPLES[name]
    before, after = _desired(sample), _desired(sample, **{path.replace(".", "__"): sample.other[path]})
    shown = {
        FieldClass.MUTABLE: _in_place(before) != _in_place(after),
        FieldClass.DELIVERY: before.delivery != after.delivery,
        FieldClass.LOCAL: _concerns_us(before) != _concerns_us(after),
        FieldClass.EXECUTION: _paid_for(before) != _paid_for(after),
    }
    assert [k for k, differs in shown.items() if differs] == ([] if path in sample.in_address else [kind])


@pytest.mark.parametrize("name", SAMPLES)
def test_two_addresses_are_two_runs(name: str) -> None:
    one, two = (KINDS[name].desired(SAMPLES[name].declared(which), CONTEXT) for which in ("one", "two"))
    assert one.digest == two.digest
    assert one.token(SCOPE, 1) != two.token(SCOPE, 1)


@pytest.mark.parametrize("name", SAMPLES)
def test_the_projects_tags_are_under_its_own(name: str) -> None:
    context = replace(CONTEXT, tags={"study": "ghz", "owner": "nobody"})
    made = KINDS[name].desired(SAMPLES[name].declared(), context)
    assert made.tags == SAMPLES[name].tagged
    assert made.digest == _desired(SAMPLES[name]).digest
