"""Backups: everything that a namespace holds as one file, and back, also into another kind of server."""
