"""Did you mean: the words of `core`, under the name that this room knows them by."""

from reconciler.core.suggest import did_you_mean, short, shown

__all__ = ["did_you_mean", "short", "shown"]
