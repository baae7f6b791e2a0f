"""What the report shows, gathered as data before a word of it is written."""
