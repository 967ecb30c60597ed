"""Who counts how much: the propensity model, its weights, and the balance they give."""
