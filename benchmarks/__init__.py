"""Measurements: how fast a message is answered, and beside what."""
