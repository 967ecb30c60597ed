"""Toxicity: who had which grade, how often, and what it depends on."""
