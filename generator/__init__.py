"""Generate deep-learning lab reports from YAML questions, real computations and Jinja answers."""

__version__ = "0.1.0"
