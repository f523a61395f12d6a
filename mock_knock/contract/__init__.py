"""OpenAPI descriptions: loading, repairing by an overlay, finding the operation, judging a request and its response."""
