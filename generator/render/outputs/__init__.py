"""The documents that are written: the page, the PDF, and results for other programs."""
