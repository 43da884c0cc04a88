"""PCM audio as values. Pure."""
