def run():
    """Nothing is measured here."""
