"""Where the facts of a world are kept."""
