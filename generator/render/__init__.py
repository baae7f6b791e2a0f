"""From outcomes to the finished report: what it shows, its text, its figures, and the documents that are written."""
