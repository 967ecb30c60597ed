"""Our numbers beside those of other engines: on public cohorts, and on the rows of a run."""
