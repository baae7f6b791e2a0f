"""The language of answers: claims, the names that they use, and the prose between them."""
