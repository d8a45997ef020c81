"""Functions of two variables to descend and to climb."""
