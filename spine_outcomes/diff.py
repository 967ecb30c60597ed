"""Door to ``python -m spine_outcomes.diff``."""

from spine_outcomes.commands.main import main

if __name__ == "__main__":
    main("diff")
