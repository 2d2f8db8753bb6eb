"""What is fast must say the same as what is slow."""
