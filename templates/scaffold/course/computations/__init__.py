"""The computations of this course: a package whose modules may import each other.

What the course's questions name under `computation:` is a function here with the decorator @computation.
"""
