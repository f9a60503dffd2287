"""What a scene is painted on: the stage, its layers of paper, and the SVG they become."""
