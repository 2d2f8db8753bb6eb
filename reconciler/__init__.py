"""qctl: Terraform for quantum work. The rooms of this package and their arrows are in docs/architecture.md."""

__version__ = "0.1.0"
