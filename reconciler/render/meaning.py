"""What the change of a field means, in words."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.core.fields import FieldClass

MEANINGS: Mapping[FieldClass, str] = {
    FieldClass.EXECUTION: "execution: a new paid run",
    FieldClass.MUTABLE: "mutable: in place",
    FieldClass.DELIVERY: "delivery: from the next run on",
    FieldClass.LOCAL: "local: no call",
}
