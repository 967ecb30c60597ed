"""Who counts how much: propensity, weights, balance."""
