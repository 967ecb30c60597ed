"""Door to ``python -m spine_outcomes.figures``."""

from spine_outcomes.commands.main import main

if __name__ == "__main__":
    main("figures")
