"""What a shop's events do to cart and orders."""
