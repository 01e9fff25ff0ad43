"""What commands walk over: logs, stores, editions of the rules; and whom they look at."""
