"""How well a face follows speech: measured on recordings with phone labels, captured faces or lip sensors."""
