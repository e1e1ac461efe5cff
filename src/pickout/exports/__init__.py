"""Everything that goes out: transparent cut-outs, masks, and annotated data sets."""

from __future__ import annotations

from pickout.exports.cutouts import Cutout, cutout
from pickout.exports.dataset import EXPORTERS, format_names, write_dataset
from pickout.exports.items import ExportItem

__all__ = ["EXPORTERS", "Cutout", "ExportItem", "cutout", "format_names", "write_dataset"]
