"""What is learned off the request path, of the whole user base; needs the extra `learn`."""
