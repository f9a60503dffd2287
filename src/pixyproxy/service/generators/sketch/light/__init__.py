"""What light a scene is in: colours, the palettes of every hour and mood, and the choice among them."""
