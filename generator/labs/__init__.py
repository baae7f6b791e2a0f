"""The science of the labs: computations that take arguments and return results, and what they share."""
