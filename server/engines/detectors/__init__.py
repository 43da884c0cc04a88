"""Detectors: whether somebody speaks."""
