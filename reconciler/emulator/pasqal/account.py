"""ListProjects: the one project there is."""

from reconciler.emulator.message import Response
from reconciler.emulator.pasqal.body import DEVICE_TYPES
from reconciler.emulator.pasqal.context import PROJECT, Context
from reconciler.emulator.pasqal.page import paged, window


def list_projects(context: Context) -> Response:
    asked = window(context)
    project = {
        "id": PROJECT,
        "name": "Local project",
        "project_status": "ACTIVE",
        "project_type": "STARTER",
        "allowed_device_types": sorted(DEVICE_TYPES),
        "queue_priority": "LOW",
    }
    statuses = context.query.texts("project_status")
    found = [project] if not statuses or project["project_status"] in statuses else []
    return paged(context, found[asked.offset : asked.offset + asked.limit], asked, len(found))
