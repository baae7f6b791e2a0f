"""Read modules without importing them: what they declare, and what a change of them may change."""
