"""Real-time web personalization as an ASGI middleware."""
