"""Unsupervised domain adaptation: labelled images of one domain, unlabelled images of another."""
