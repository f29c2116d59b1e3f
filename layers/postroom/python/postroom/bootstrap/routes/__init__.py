"""The routes of the api function, a module for each feature."""
