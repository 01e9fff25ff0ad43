"""The tables that loader, JSON Schema and reference page are made from: every section, every key."""
