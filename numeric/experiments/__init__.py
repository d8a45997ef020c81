"""The networks and walks of the course, run for real; each returns all that a report wants to draw."""
