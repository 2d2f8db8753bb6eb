"""Which operation of the local Pasqal a method and a path mean."""

import re
from typing import NamedTuple
from urllib.parse import unquote

_CORE = "/core-fast/api"
# In the order of matching: `/batches/cancel` is no batch of that name.
_ROUTES = (
    ("POST", "/oauth/token", "Token"),
    ("POST", "/realms/{realm}/protocol/openid-connect/token", "Token"),
    ("GET", "/account/api/v1/projects", "ListProjects"),
    ("GET", "/pasqal-results/jobs/{id}", "GetResults"),
    ("GET", "/pasqal-results/workloads/{id}", "GetWorkloadResults"),
    ("POST", f"{_CORE}/v1/batches", "CreateBatch"),
    ("GET", f"{_CORE}/v1/batches", "ListBatches"),
    ("PATCH", f"{_CORE}/v1/batches/cancel", "CancelBatches"),
    ("GET", f"{_CORE}/v2/batches/{{id}}", "GetBatch"),
    ("GET", f"{_CORE}/v1/batches/{{id}}/status", "GetBatchStatus"),
    ("GET", f"{_CORE}/v1/batches/{{id}}/full_results", "GetFullResults"),
    ("POST", f"{_CORE}/v2/batches/{{id}}/jobs", "AddJobs"),
    ("PATCH", f"{_CORE}/v2/batches/{{id}}/complete", "CloseBatch"),
    ("PATCH", f"{_CORE}/v2/batches/{{id}}/cancel", "CancelBatch"),
    ("PATCH", f"{_CORE}/v2/batches/{{id}}/cancel/jobs", "CancelJobs"),
    ("POST", f"{_CORE}/v1/batches/{{id}}/rebatch", "Rebatch"),
    ("PATCH", f"{_CORE}/v1/batches/{{id}}/tags", "SetBatchTags"),
    ("GET", f"{_CORE}/v2/jobs", "ListJobs"),
    ("GET", f"{_CORE}/v2/jobs/{{id}}", "GetJob"),
    ("GET", f"{_CORE}/v1/jobs/{{id}}/status", "GetJobStatus"),
    ("PATCH", f"{_CORE}/v2/jobs/{{id}}/cancel", "CancelJob"),
    ("GET", f"{_CORE}/v1/jobs/{{id}}/results_link", "GetResultsLink"),
    ("POST", f"{_CORE}/v1/workloads", "CreateWorkload"),
    ("GET", f"{_CORE}/v2/workloads", "ListWorkloads"),
    ("GET", f"{_CORE}/v2/workloads/{{id}}", "GetWorkload"),
    ("PUT", f"{_CORE}/v1/workloads/{{id}}/cancel", "CancelWorkload"),
    ("GET", f"{_CORE}/v1/devices/specs", "GetDeviceSpecs"),
    ("GET", f"{_CORE}/v1/devices/specs/{{id}}", "GetDeviceSpec"),
    ("GET", f"{_CORE}/v1/devices/public-specs", "GetPublicDeviceSpecs"),
    ("GET", f"{_CORE}/v1/devices", "ListDevices"),
    ("GET", f"{_CORE}/v2/devices", "ListDevices"),
    ("GET", f"{_CORE}/v1/devices/{{id}}/queue", "GetDeviceQueue"),
)
# Asked without a token: what gives one, links that are secret themselves, and what anybody may know.
_OPEN = frozenset({"Token", "GetResults", "GetWorkloadResults", "GetPublicDeviceSpecs"})
_PUBLIC_DEVICES = f"{_CORE}/v1/devices"
_PATTERNS = tuple(
    (method, re.compile(re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", path)), operation) for method, path, operation in _ROUTES
)


class Route(NamedTuple):
    """An operation, the id or device type that its path names, if any, and whether it needs no token."""

    operation: str
    id: str = ""
    open: bool = False


def match(method: str, path: str) -> Route:
    """The operation, or Unknown."""
    for wanted, pattern, operation in _PATTERNS:
        found = pattern.fullmatch(path)
        if found and method == wanted:
            open_ = operation in _OPEN or path == _PUBLIC_DEVICES
            return Route(operation, unquote(found.groupdict().get("id", "")), open_)
    return Route("Unknown")
