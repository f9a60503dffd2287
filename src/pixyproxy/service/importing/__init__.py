"""What other programs made, taken into the library."""
