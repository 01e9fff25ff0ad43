"""The Profile: what we remember of one visitor. Bounded, whatever they do."""
