from collections.abc import Mapping
from types import MappingProxyType

from reconciler.emulator.braket.cancel import cancel_quantum_task
from reconciler.emulator.braket.context import Operation
from reconciler.emulator.braket.create import create_quantum_task
from reconciler.emulator.braket.device import get_device, search_devices
from reconciler.emulator.braket.job_cancel import cancel_job
from reconciler.emulator.braket.job_create import create_job
from reconciler.emulator.braket.job_read import get_job
from reconciler.emulator.braket.job_search import search_jobs
from reconciler.emulator.braket.read import get_quantum_task
from reconciler.emulator.braket.search import search_quantum_tasks
from reconciler.emulator.braket.spending import (
    create_spending_limit,
    delete_spending_limit,
    search_spending_limits,
    update_spending_limit,
)
from reconciler.emulator.braket.tag import list_tags, tag_resource, untag_resource

# Every operation of the service model, once.
OPERATIONS: Mapping[str, Operation] = MappingProxyType(
    {
        "CreateQuantumTask": create_quantum_task,
        "GetQuantumTask": get_quantum_task,
        "CancelQuantumTask": cancel_quantum_task,
        "SearchQuantumTasks": search_quantum_tasks,
        "GetDevice": get_device,
        "SearchDevices": search_devices,
        "TagResource": tag_resource,
        "UntagResource": untag_resource,
        "ListTagsForResource": list_tags,
        "CreateJob": create_job,
        "GetJob": get_job,
        "CancelJob": cancel_job,
        "SearchJobs": search_jobs,
        "CreateSpendingLimit": create_spending_limit,
        "UpdateSpendingLimit": update_spending_limit,
        "DeleteSpendingLimit": delete_spending_limit,
        "SearchSpendingLimits": search_spending_limits,
    }
)
