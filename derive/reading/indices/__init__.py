"""Index notation as it is written: entries W_{ij}, how far each index runs, sums over indices, Kronecker deltas."""
