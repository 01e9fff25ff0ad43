"""A file of what happened elsewhere: read, laid out by person, and told to the store."""
