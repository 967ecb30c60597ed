"""Looks at accumulating data: spending, boundaries, monitoring, safety."""
