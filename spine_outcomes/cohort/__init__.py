"""Which rows, and are they right."""
