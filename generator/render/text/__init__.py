"""From Markdown, formulas, numbers and citations to HTML."""
