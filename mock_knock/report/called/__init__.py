"""What a command has called of its fake, for people and for machines."""
