"""What the relay reads and keeps: consumer groups, who is due, outboxes of webhooks, counters by segment."""
