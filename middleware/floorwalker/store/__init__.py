"""Profiles, events and counters in Redis; nothing lost, nothing counted twice."""
