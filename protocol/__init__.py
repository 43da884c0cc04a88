"""The FaceWire wire: messages, codec, legal order, codes. Pure, and blind to faces and servers."""
