"""The judge: verdicts, identities, gradients, networks. The only room in which the two witnesses meet."""
