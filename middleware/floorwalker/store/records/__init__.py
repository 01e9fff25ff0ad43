"""A visitor's record: its layout, its payload, and what is found under a key."""
