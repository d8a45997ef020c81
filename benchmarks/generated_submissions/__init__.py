"""Submissions made by a program: for tests of grading and for benchmarks."""
