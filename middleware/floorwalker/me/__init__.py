"""The visitor's own page: what is known of them and why, in words; a copy of it, and what they may change."""
