"""What was missing: chained equations."""
