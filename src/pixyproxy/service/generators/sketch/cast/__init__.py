"""Who appears: sets the named figures down on the ground, in the air and on the water."""
