"""What only spine radiotherapy knows: the one folder with disease nouns."""
