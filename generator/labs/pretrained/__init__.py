"""Pre-trained networks as they come: layers, costs, what they say about photographs, and narrow ones to stand in."""
