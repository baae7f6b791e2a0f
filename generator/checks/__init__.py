"""Whether the course is right, before anything is computed: all that questions and answers name exists."""
