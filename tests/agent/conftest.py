"""Every test of this room stands in a folder of its own, beside a cloud whose clock it turns."""

from tests.cli.conftest import place

__all__ = ["place"]  # a fixture of the command line's room
