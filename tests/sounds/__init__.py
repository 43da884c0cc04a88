"""Sounds that a microphone hears, made from seeds: speech, hums, noises, rooms and echoes."""
