"""What thinks, speaks and animates: engines behind the ports."""
