"""The visitor's own page, as it lies on a site: who asks, and which address answers."""
