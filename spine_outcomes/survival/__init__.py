"""From arrays to an Estimate: one method a file."""
