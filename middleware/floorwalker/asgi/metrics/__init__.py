"""What is counted of a worker's own doings, and how a Prometheus server reads it."""
