"""How property-based tests draw: the same samples in every run, unless asked for more."""

from __future__ import annotations

import os

from hypothesis import Phase, settings

settings.register_profile("suite", max_examples=50, deadline=None, derandomize=True)
settings.register_profile("thorough", max_examples=2000, deadline=None)
settings.register_profile(  # for mutants: whether something fails, not the smallest example
    "quick",
    max_examples=8,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))
