"""Steps on their way into records: attempts, the queue of each visitor, merges, erasing."""
