"""Speech that the project makes itself, with exact phone times: what the audio network learns from."""
