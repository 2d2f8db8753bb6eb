"""A small variational algorithm."""
