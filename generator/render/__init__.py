"""From outcomes to the finished report: HTML page, PDF and exported results."""
