"""Lab 2-de: generative adversarial networks, their training and the measures of their samples."""
