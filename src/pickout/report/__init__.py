"""A contact sheet of hits and cut-outs: one HTML file that opens anywhere, without a network."""

from __future__ import annotations

from pickout.report.cards import HitCard, QueryCard
from pickout.report.page import render_report, write_report

__all__ = ["HitCard", "QueryCard", "render_report", "write_report"]
