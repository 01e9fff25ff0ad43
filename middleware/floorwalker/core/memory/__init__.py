"""Memory: the profile, how events are folded into it, and the questions it answers."""
