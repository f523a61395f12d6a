"""The fake on the web: Flask in front of the use cases, and the server that carries it."""
