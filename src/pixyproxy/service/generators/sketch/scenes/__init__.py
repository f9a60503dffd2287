"""Where it takes place: one module for each kind of scene, and the choice among them."""
