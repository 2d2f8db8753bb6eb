"""The operations of the local Pasqal by their names."""

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType

from reconciler.emulator.message import Response
from reconciler.emulator.pasqal import account, cancel, change, create, listing, read, results, token, workload
from reconciler.emulator.pasqal.context import Context, Operation


def _device(name: str) -> Operation:
    """An operation on devices, whose catalogue is read when somebody asks for it."""

    def act(context: Context) -> Response:
        operation: Operation = getattr(import_module("reconciler.emulator.pasqal.device"), name)
        return operation(context)

    return act


OPERATIONS: Mapping[str, Operation] = MappingProxyType(
    {
        "Token": token.get_token,
        "ListProjects": account.list_projects,
        "CreateBatch": create.create_batch,
        "GetBatch": read.get_batch,
        "GetBatchStatus": read.get_batch_status,
        "GetFullResults": read.get_full_results,
        "ListBatches": listing.list_batches,
        "AddJobs": create.add_jobs,
        "CloseBatch": change.close_batch,
        "CancelBatch": cancel.cancel_batch,
        "CancelBatches": cancel.cancel_batches,
        "CancelJobs": cancel.cancel_jobs,
        "Rebatch": change.rebatch,
        "SetBatchTags": change.set_batch_tags,
        "ListJobs": listing.list_jobs,
        "GetJob": read.get_job,
        "GetJobStatus": read.get_job_status,
        "CancelJob": cancel.cancel_job,
        "GetResultsLink": results.get_results_link,
        "GetResults": results.get_results,
        "CreateWorkload": workload.create_workload,
        "ListWorkloads": workload.list_workloads,
        "GetWorkload": workload.get_workload,
        "CancelWorkload": workload.cancel_workload,
        "GetWorkloadResults": workload.get_workload_results,
        "GetDeviceSpecs": _device("get_device_specs"),
        "GetDeviceSpec": _device("get_device_spec"),
        "GetPublicDeviceSpecs": _device("get_public_device_specs"),
        "ListDevices": _device("list_devices"),
        "GetDeviceQueue": _device("get_device_queue"),
    }
)
