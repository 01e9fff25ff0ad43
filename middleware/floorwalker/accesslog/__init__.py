"""Access log lines become Hits, lazily."""
