"""Faces: the 52 ARKit channels, and how speech and life move them. Pure functions of media time."""
