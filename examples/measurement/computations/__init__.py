"""The computations of the measurement laboratory: a simulated pendulum, timing it, and fitting a line."""
