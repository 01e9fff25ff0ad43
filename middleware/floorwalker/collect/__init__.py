"""Events over HTTP, in the Segment tracking spec: bodies become events, each for one visitor, committed once."""
