"""What counting requests costs."""
