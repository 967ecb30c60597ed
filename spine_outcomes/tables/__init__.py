"""Frames to tables that people read; no statistics here."""
