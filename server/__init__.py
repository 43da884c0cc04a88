"""The FaceWire server: conversations with a speaking face."""
