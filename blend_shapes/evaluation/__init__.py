"""How well a face follows speech: measured on recordings with phones, captured faces, lip sensors."""
