"""Logs and metrics, fed by turn events."""
