"""A page that follows its files: built in one process, served to this machine alone, and renewed in the browser."""
