"""Memory over many requests: of those that create nothing it must not grow, of the others it is told for each."""
