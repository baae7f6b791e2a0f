"""Saliency maps: made, measured, and looked at."""
