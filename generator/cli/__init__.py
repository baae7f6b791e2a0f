"""What people type and see: the commands, their options, and how each shows what it does."""
