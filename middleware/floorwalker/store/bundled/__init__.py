"""The server that comes with the package, and who starts and ends it."""
