"""What is kept on disk: results, checkpoints, and facts about files."""
