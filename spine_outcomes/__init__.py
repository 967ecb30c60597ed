"""Survival and toxicity analysis of the spinal stereotactic radiotherapy study NCT06587022."""
