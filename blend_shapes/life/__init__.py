"""What moves a face besides speech: functions of media time, seed, mood and the events known so far."""
