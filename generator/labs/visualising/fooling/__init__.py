"""Fooling images: attacks of several kinds, and what becomes of their results."""
