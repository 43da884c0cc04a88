"""How the audio network is made: what it should answer, what it hears, its shape, its fitting.

Needs the extra `train` (PyTorch, ONNX); nothing of it is imported to run the network.
"""
