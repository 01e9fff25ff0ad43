"""A million visitors in a store: what they weigh, whether anything slows down, how long its readers take."""
