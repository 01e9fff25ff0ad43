"""What a visitor permits, as their request tells it."""
