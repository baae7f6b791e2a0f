"""What the labs share: training, statistics and measures."""
