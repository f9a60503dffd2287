"""Models and exceptions: pure, no I/O, no framework."""
