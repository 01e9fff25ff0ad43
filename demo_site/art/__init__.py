"""The shop's own drawings: every product, guide and banner has one, made from a few figures."""

from demo_site.art.drawings import product_drawing, scene_drawing, standalone

__all__ = ["product_drawing", "scene_drawing", "standalone"]
