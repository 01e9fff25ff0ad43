"""The way to the store, once for each event loop: what is waited for and how long, and what is done beside requests."""
