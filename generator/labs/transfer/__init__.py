"""Transfer learning: classifiers on the features of a pre-trained network."""
