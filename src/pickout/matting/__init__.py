"""Soft edges: from masks to opacity, and the object's own colours under a soft edge."""

from pickout.matting.alpha import METHODS, estimate_alpha
from pickout.matting.colors import decontaminate
from pickout.matting.edges import feather, trimap
from pickout.matting.ground import Background, apply_mask, parse_color

__all__ = [
    "METHODS",
    "Background",
    "apply_mask",
    "decontaminate",
    "estimate_alpha",
    "feather",
    "parse_color",
    "trimap",
]
