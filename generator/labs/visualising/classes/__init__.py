"""Images made for a class, from noise or from a photograph."""
