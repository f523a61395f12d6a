"""Requests a second of this fake, of the framework it is made with, and of other mock servers, side by side."""
