"""What each JSON output looks like: models that the published schemas are made of."""
