"""A frame and an Axes in, the Axes out; no statistics here."""
