"""Figures of the built-in worksheets that no cell draws, each with the module that draws it."""
