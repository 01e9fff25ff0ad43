"""One piece of work at a time, in this process."""
