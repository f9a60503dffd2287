"""What can appear: every animal, person, vehicle, building and thing, drawn one by one."""
