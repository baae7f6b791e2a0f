"""Visualising networks: saliency maps, fooling images, and images made for a class."""
