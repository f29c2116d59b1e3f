"""What a cold start costs: time and memory until a function is ready, and the size of what it is loaded from."""
