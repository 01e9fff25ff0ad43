"""What a hit means, what we remember, what we decide: pure, no clock, no dice, no I/O."""
