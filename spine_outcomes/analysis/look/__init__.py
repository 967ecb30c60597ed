"""A look at accumulating data: what it sees, finds and compares."""
