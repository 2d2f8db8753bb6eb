"""Policies of a folder that is not the project's, so that the project can't weaken them."""

from __future__ import annotations

from pathlib import Path

from reconciler.core.diagnostic import Diagnostic, Location
from reconciler.core.policy import Policy
from reconciler.manifest.envelope import kind_of
from reconciler.manifest.files import ManifestFiles
from reconciler.manifest.place import Spot, report
from reconciler.manifest.policies import POLICY_KIND, Policies
from reconciler.manifest.yaml import read_documents


def read_pinned(folder: Path, root: Path) -> tuple[list[Policy], list[Diagnostic]]:
    """The policies of a folder outside the project at `root`. What is wrong with it is an error: no rule is lost."""
    found: list[Diagnostic] = []
    if not folder.is_dir():
        detail = f"QCTL_POLICY_DIR names {folder}, which is no folder. Nothing is planned without its policies."
        remedy = "Name the folder, or unset the variable."
        return [], [report("policy/folder", detail, remedy, Spot(Location(str(folder))))]
    paths = sorted(path for path in folder.rglob("*.y*ml") if path.suffix in (".yaml", ".yml"))
    policies = Policies((POLICY_KIND,), found)
    for file in ManifestFiles(root, paths, found).others(""):
        for document in read_documents(file, found):
            if (kind := kind_of(document)) not in (None, POLICY_KIND):
                detail = f"{folder} is for policies only, and this is of kind {kind}."
                found.append(report("policy/folder", detail, "Move it away.", document.place.spot(("kind",))))
                continue
            policies.read(document, str(folder))
    if not policies.all and not found:
        detail = f"QCTL_POLICY_DIR names {folder}, which holds no policy."
        remedy = "Put policies there, or unset the variable."
        found.append(report("policy/folder", detail, remedy, Spot(Location(str(folder)))))
    return list(policies.all), found
