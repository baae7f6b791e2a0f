"""From jobs to results: in which order, in which process, on which device."""
