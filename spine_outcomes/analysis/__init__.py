"""The methods section as code."""
