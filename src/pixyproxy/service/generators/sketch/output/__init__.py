"""What a picture becomes: its bytes in each format, and its movement."""
