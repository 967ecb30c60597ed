"""From dates to a time and a status."""
