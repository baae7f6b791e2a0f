"""From outcomes to the finished report: HTML page, PDF and exported results."""

from generator.render.document import Report
from generator.render.report import RenderedReport, render_report

__all__ = ["RenderedReport", "Report", "render_report"]
