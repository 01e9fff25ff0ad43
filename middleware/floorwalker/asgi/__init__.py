"""The middleware: configuration once, one responder per request."""
