"""From the course to its jobs: which computation, with which parameters, under which fingerprint."""
