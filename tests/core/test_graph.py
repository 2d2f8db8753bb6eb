"""The graph: every order keeps every edge, every cycle told of is there."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.core.address import Address
from reconciler.core.graph import Cycle, Edges, find_cycle, order

A, B, C, D = (Address("QuantumTask", name) for name in "abcd")


@st.composite
def graphs(draw: st.DrawFn, acyclic: bool) -> dict[Address, set[Address]]:
    """Up to eight addresses; without cycles when each waits only for smaller numbers, in shuffled names."""
    size = draw(st.integers(1, 8))
    nodes = [Address("QuantumTask", f"t{n}") for n in draw(st.permutations(range(size)))]
    edges: dict[Address, set[Address]] = {}
    for at, node in enumerate(nodes):
        targets = nodes[:at] if acyclic else nodes
        edges[node] = draw(st.sets(st.sampled_from(targets), max_size=3)) if targets else set()
    return edges


@given(graphs(acyclic=True))
def test_an_order_keeps_every_edge(edges: Edges) -> None:
    places = {node: at for at, node in enumerate(order(edges))}
    assert places.keys() == edges.keys()
    assert all(places[needed] < places[node] for node, needs in edges.items() for needed in needs)
    assert find_cycle(edges) is None


@given(graphs(acyclic=False), st.randoms(use_true_random=False))
def test_a_cycle_is_real_and_always_the_same(edges: Edges, shuffle: random.Random) -> None:
    found = find_cycle(edges)
    if found is None:
        assert len(order(edges)) == len(edges)
        return
    assert found.ring[0] == found.ring[-1] == min(found.ring)
    assert all(waited in edges[node] for node, waited in zip(found.ring, found.ring[1:], strict=False))
    mixed = shuffle.sample(sorted(edges), len(edges))
    assert find_cycle({node: edges[node] for node in mixed}) == found


@given(graphs(acyclic=True), st.randoms(use_true_random=False))
def test_the_order_of_documents_is_no_matter(edges: Edges, shuffle: random.Random) -> None:
    mixed = shuffle.sample(sorted(edges), len(edges))
    assert order({node: edges[node] for node in mixed}) == order(edges)


def test_among_equals_by_address() -> None:
    assert order({D: set(), B: {D}, C: set(), A: {D}}) == [C, D, A, B]


@pytest.mark.parametrize(
    ("edges", "text"),
    [
        ({A: {A}}, "QuantumTask/a -> QuantumTask/a"),
        ({A: {B}, B: {A}}, "QuantumTask/a -> QuantumTask/b -> QuantumTask/a"),
        ({C: {A}, A: {B}, B: {C}, D: {A}}, "QuantumTask/a -> QuantumTask/b -> QuantumTask/c -> QuantumTask/a"),
    ],
)
def test_a_cycle_as_text_reads_in_the_direction_of_waiting(edges: Edges, text: str) -> None:
    assert str(find_cycle(edges)) == text


def test_no_cycle() -> None:
    assert find_cycle({A: {B}, B: set()}) is None
    assert str(Cycle((A, B, A))).count("->") == 2
