"""Faces from sound alone."""
