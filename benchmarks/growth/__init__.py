"""What a request costs beside much that is stored, in large bodies and in refused ones, and what is stored takes."""
