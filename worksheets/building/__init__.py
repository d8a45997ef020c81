"""Builds a worksheet: notebooks, answer key, pages; atomically, in parallel, and only where something changed."""
