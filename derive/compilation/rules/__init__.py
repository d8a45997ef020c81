"""What each rewriting of the table makes of one node; a node that it does not fit comes back unchanged."""
