"""Recognizers: what was said."""
