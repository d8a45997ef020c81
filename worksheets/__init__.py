"""Publishes: worksheets as notebooks, and the report of a run."""
