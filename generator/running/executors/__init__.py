"""Where jobs can run: in processes of this machine, or on the workers of a cluster."""
