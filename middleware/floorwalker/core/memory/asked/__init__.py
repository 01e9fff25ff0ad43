"""What a profile answers: how often, when, in which order, and how surely."""
