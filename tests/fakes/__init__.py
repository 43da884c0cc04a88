"""Engines and listeners whose behaviour a test declares."""
