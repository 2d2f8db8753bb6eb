"""From where a command works: the commit, the manifests as they are, the CI job, the libraries."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from reconciler.core.digest import canonical, sha256
from reconciler.core.history import Origin
from reconciler.manifest.fingerprint import manifests_now
from reconciler.workflow.checkout import ci_of, commit_of, libraries


def origin_of(folder: Path, files: Sequence[Path] | None) -> Origin:
    """Read when something is about to be changed, and not before."""
    commit, branch = commit_of(folder)
    manifests = sha256(canonical(manifests_now(folder, files)))
    return Origin(commit, branch, manifests, ci_of(os.environ), libraries())
