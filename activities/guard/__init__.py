"""Personal data, prompt injection and output checks."""
