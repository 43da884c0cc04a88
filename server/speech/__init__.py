"""From sentences and sounds to segments: pure steps of a turn."""
