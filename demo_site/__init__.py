"""Korn & Blende, a camera shop to try floorwalker on. It uses nothing of the package but its public names.

Beside those of `floorwalker` these are `floorwalker.relay`, and from `floorwalker.console.passwords` what hashes an
operator's password.
"""
