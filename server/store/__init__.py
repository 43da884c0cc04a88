"""Where sessions that lost their connection wait."""
