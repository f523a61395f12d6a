"""From decoded data to a document: each part of the structure, with every problem collected."""
