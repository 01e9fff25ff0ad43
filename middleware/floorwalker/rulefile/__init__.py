"""Rule files in YAML become a Ruleset, or every Problem."""
