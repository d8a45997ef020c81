"""What runs beside a student's code, in a process that knows no answer: only the standard library and NumPy.

The folder is shown to that process alone, under the name `player`; so it imports nothing else of the project.
"""
