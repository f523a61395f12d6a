"""Simple conditions, how values compare, and regular expressions within bounds."""
