"""Korn & Blende, a camera shop to try floorwalker on. It uses nothing of the package but its public names."""
