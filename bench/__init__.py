"""How fast qctl is, measured on whole processes: `make bench`, or `python -m bench --quick`."""
