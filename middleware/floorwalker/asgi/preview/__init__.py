"""The preview: the site as somebody made up would see it, at any time, with nothing loaded, stored or counted."""
