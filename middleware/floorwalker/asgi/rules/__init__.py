"""The rules as they are served: loaded, checked against what serves them, watched and published."""
