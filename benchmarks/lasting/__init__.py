"""What shows with time: a shop that runs for an hour, floods, and what is left of them."""
