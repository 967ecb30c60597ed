"""From a value and its influence to an error, an interval and a test."""

from spine_outcomes.inference.estimate import Estimate, Label, concatenate
from spine_outcomes.inference.nuisance import Nuisance

__all__ = ["Estimate", "Label", "Nuisance", "concatenate"]
