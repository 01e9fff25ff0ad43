"""Off the request path, of the whole user base: what comparisons say, and what is fitted (the extra `learn`)."""
