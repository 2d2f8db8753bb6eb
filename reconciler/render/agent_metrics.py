"""What an agent knows of itself as metrics of Prometheus, made when asked for. The library is loaded only here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import SupportsFloat

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, SummaryMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from reconciler.core.change import Action
from reconciler.core.cycle import Cycle, Totals, Verdict
from reconciler.core.event import Verb
from reconciler.core.status import Status


def metrics(status: Status) -> bytes:
    """The text form. Every name begins with qctl_."""
    registry = CollectorRegistry()
    registry.register(_Once(status))
    return generate_latest(registry)


class _Once(Collector):
    def __init__(self, status: Status) -> None:
        self._status = status

    def collect(self) -> Iterator[Metric]:
        status = self._status
        about = {"version": status.version, "apply": status.applying}
        commit = status.totals.last.commit if status.totals.last else ""
        yield _gauge("agent", "What runs here; always 1.", {**about, "commit": commit}, 1)
        yield _gauge("interval_seconds", "Between two rounds, as configured.", {}, status.interval)
        yield _counts("notifications", "Webhook calls by what came of them.", "outcome", status.notified)
        yield from _sums(status.totals)
        if status.totals.last is not None:
            yield _gauge("last_cycle_timestamp_seconds", "Begin of the last round.", {}, _time(status.totals.last.at))
        if status.totals.known is not None:
            yield from _known(status.totals.known)


def _sums(totals: Totals) -> Iterator[Metric]:
    none = {str(verdict): 0 for verdict in Verdict}
    yield _counts("cycles", "Rounds by how they ended.", "verdict", {**none, **totals.cycles})
    yield _summary("cycle_duration_seconds", "How long rounds took.", totals.count, totals.seconds)
    yield _summary("lock_wait_seconds", "How long the state's lock was waited for.", totals.waits, totals.waited)
    calls = {str(verb): 0 for verb in (Verb.CREATE, Verb.CANCEL, Verb.UPDATE)}
    yield _counts("applied", "Calls that clouds accepted.", "verb", {**calls, **totals.calls})
    yield CounterMetricFamily("qctl_refused_calls", "Calls that were refused.", totals.refused)
    yield CounterMetricFamily("qctl_unknown_outcomes", "Calls whose outcome is unknown.", totals.unknown)
    yield _gauge("consecutive_failures", "Rounds in a row that did not succeed.", {}, totals.failures)
    succeeded = _time(totals.succeeded) if totals.succeeded else 0
    yield _gauge("last_success_timestamp_seconds", "End of the last successful round; 0: none yet.", {}, succeeded)


def _known(cycle: Cycle) -> Iterator[Metric]:
    plan = cycle.plan
    if plan is not None:
        counted = Counter(str(c.action) for c in plan.changes)
        changes = {str(action): counted[str(action)] for action in Action}
        yield _gauges("plan_changes", "Addresses of the last plan by action.", "action", changes)
    yield _gauge("left", "Addresses that differ from the manifests after the last round.", {}, len(cycle.left))
    yield _gauge("in_sync", "1 if nothing differs.", {}, float(not cycle.left))
    yield _gauge("doubtful_runs", "Runs of which nobody knows whether they exist.", {}, cycle.doubtful)
    yield _gauges("spent", "Spent by the record, at most.", "currency", cycle.spent.known)
    yield _gauge(
        "spent_unknown_runs", "Runs whose cost nobody knows; they are not in qctl_spent.", {}, cycle.spent.unknown
    )
    if cycle.budget is not None:
        most = {money.currency: money.value for money in cycle.budget.most}
        yield _gauges("budget", "What may be spent in all.", "currency", most)
    if cycle.state is not None:
        runs = [a for record in cycle.state.records.values() for a in record.attempts if a.exists and not a.settings]
        yield _gauges("runs", "Runs on record that exist, by phase.", "phase", Counter(str(a.phase) for a in runs))


def _gauge(name: str, told: str, labels: Mapping[str, str], value: float) -> Metric:
    family = GaugeMetricFamily(f"qctl_{name}", told, labels=list(labels))
    family.add_metric(list(labels.values()), value)
    return family


def _gauges(name: str, told: str, label: str, values: Mapping[str, SupportsFloat]) -> Metric:
    family = GaugeMetricFamily(f"qctl_{name}", told, labels=[label])
    for key, value in sorted(values.items()):
        family.add_metric([key], float(value))
    return family


def _counts(name: str, told: str, label: str, values: Mapping[str, int]) -> Metric:
    family = CounterMetricFamily(f"qctl_{name}", told, labels=[label])
    for key, value in sorted(values.items()):
        family.add_metric([key], value)
    return family


def _summary(name: str, told: str, count: int, total: float) -> Metric:
    return SummaryMetricFamily(f"qctl_{name}", told, count_value=count, sum_value=total)


def _time(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
