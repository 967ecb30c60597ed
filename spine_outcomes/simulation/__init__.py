"""Repeated draws with a known truth: how an analysis behaves."""
