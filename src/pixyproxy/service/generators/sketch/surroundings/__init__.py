"""What lies around the figures: sky, weather, land, water, plants and town."""
