"""The way to the server: addresses, connections, commands of one loop turn joined, clusters."""
