"""Every kind of resource that qctl knows. Adding one is one module and one line here."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.providers.braket.bucket import Bucket
from reconciler.providers.braket.hybrid_job import HybridJob
from reconciler.providers.braket.quantum_task import QuantumTask
from reconciler.providers.braket.spending_limit import SpendingLimit
from reconciler.providers.kind import Kind
from reconciler.providers.pasqal.batch import Batch
from reconciler.providers.pasqal.workload import Workload
from reconciler.providers.tag_set import TagSet

KINDS: Mapping[str, Kind] = {
    kind.name: kind for kind in (QuantumTask(), SpendingLimit(), Batch(), Workload(), HybridJob(), TagSet(), Bucket())
}
