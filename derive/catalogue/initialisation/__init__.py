"""How to draw the first weights."""
