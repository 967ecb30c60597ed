"""What was decided, and what a column is."""
